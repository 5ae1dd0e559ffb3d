import { assert, integer, pre, property } from 'fast-check';
import { newDrop } from '../../shared/contract/drops.ts';
import { sectionsOf } from './create-drop.ts';

test('any number of seats becomes sections that the API takes, with a row for each partition', () => {
  assert(
    property(integer({ min: 1, max: 200_000 }), integer({ min: 1, max: 16 }), (seats, partitions) => {
      pre(partitions <= seats);
      const sections = sectionsOf(seats, partitions);
      const drop = newDrop.parse({
        opensAt: '2030-01-01T00:00:00Z',
        closesAt: '2030-01-01T01:00:00Z',
        price: { amount: 1, currency: 'EUR' },
        holdSeconds: 15,
        maxPerBuyer: 1,
        standbyLimit: 0,
        questions: [{ text: '?', answer: '!' }],
        sections,
        partitions,
      });
      expect(drop.sections.reduce((sum, each) => sum + each.rows * each.seatsPerRow, 0)).toBe(seats);
    }),
  );
});

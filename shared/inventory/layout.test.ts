import * as fc from 'fast-check';
import {
  capacityOf,
  describeSeat,
  partitionOfBuyer,
  rowsOf,
  rowsOfPartition,
  seatId,
  type Section,
} from './layout.ts';

const hall: Section[] = [
  { name: 'Stalls', rows: 2, seatsPerRow: 3 },
  { name: 'Balcony', rows: 1, seatsPerRow: 2 },
];
const sections = fc.array(
  fc.record({
    name: fc.string({ minLength: 1, maxLength: 9 }),
    rows: fc.integer({ min: 1, max: 30 }),
    seatsPerRow: fc.integer({ min: 1, max: 30 }),
  }),
  { minLength: 1, maxLength: 6 },
);

test('rows are counted through all sections, best first, and each section counts its own from 1', () => {
  expect(rowsOf(hall)).toEqual([
    { section: 'Stalls', label: '1', seats: 3 },
    { section: 'Stalls', label: '2', seats: 3 },
    { section: 'Balcony', label: '1', seats: 2 },
  ]);
  expect(capacityOf(hall)).toBe(8);
});

test('a seat is described by its id, and what is no seat is refused', () => {
  const rows = rowsOf(hall);
  expect(describeSeat('2.1', rows)).toEqual({ id: '2.1', section: 'Balcony', row: '1', number: 1 });
  expect(describeSeat(seatId(1, 3), rows)).toMatchObject({ section: 'Stalls', row: '2', number: 3 });
  for (const id of [
    '',
    '.',
    '0',
    '0.0',
    '0.4',
    '2.3',
    '3.1',
    '-1.1',
    '0.1.5',
    '0.x',
    'x.1',
    '0.-1',
    '00.1',
    '0.01',
    ' 0.1',
    '0.1 ',
    '0x0.1',
  ]) {
    expect(() => describeSeat(id, rows)).toThrow(RangeError);
  }
});

test('every seat of every layout has one name', () => {
  fc.assert(
    fc.property(sections, (layout) => {
      const rows = rowsOf(layout);
      const ids = rows.flatMap((row, index) =>
        Array.from({ length: row.seats }, (_, at) => seatId(index, at + 1)),
      );
      expect(ids).toHaveLength(capacityOf(layout));
      expect(new Set(ids.map((id) => describeSeat(id, rows).id))).toEqual(new Set(ids));
    }),
  );
});

test('each row starts in one partition, and every partition gets good and less good ones', () => {
  fc.assert(
    fc.property(sections, fc.integer({ min: 1, max: 16 }), (layout, partitions) => {
      const rows = rowsOf(layout);
      const dealt = Array.from({ length: partitions }, (_, partition) =>
        rowsOfPartition(rows, partition, partitions),
      );
      expect(dealt.flat().toSorted((a, b) => a - b)).toEqual(rows.map((_, index) => index));
      const sizes = dealt.map((part) => part.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      const firsts = dealt.filter((part) => part.length > 0).map(([first]) => first);
      expect(firsts).toEqual(firsts.map((_, index) => index));
    }),
  );
});

test('a buyer always goes to the same partition, and there is one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      fc.integer({ min: 1, max: 16 }),
      (buyer, partitions) => {
        const partition = partitionOfBuyer(buyer, partitions);
        expect(Number.isInteger(partition) && partition >= 0 && partition < partitions).toBe(true);
        expect(partitionOfBuyer(buyer, partitions)).toBe(partition);
      },
    ),
  );
});

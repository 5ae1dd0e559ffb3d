import { ForgedSessions } from './forged-sessions.ts';
import { usualLimits } from '../http/front-door-limits.ts';

const { rate, burst } = usualLimits.generalPerAddress;

function taken(forged: ForgedSessions, client: string, now: number): number {
  return Array.from({ length: 10 * burst }, () => forged.take(client, now)).filter(Boolean).length;
}

test('a client may come with so many at once, and so many more each second', () => {
  const forged = new ForgedSessions();
  expect(taken(forged, '192.0.2.1', 0)).toBe(burst);
  expect(taken(forged, '192.0.2.2', 0)).toBe(burst);
  expect(taken(forged, '192.0.2.1', 1_000)).toBe(rate);
  expect(taken(forged, '192.0.2.1', 3_600_000)).toBe(burst);
});

test('however many clients there are, only so many are remembered', () => {
  const forged = new ForgedSessions(2);
  taken(forged, 'a', 0);
  taken(forged, 'b', 0);
  expect(taken(forged, 'a', 0)).toBe(0);
  forged.take('c', 0);
  expect(taken(forged, 'b', 0)).toBe(burst);
});

import { costOfRun, machinesFor, needsOf, partitionsFor, type CapacityModel } from './model.ts';

const model: CapacityModel = {
  publisher: { perEntry: 50 },
  nginx: { perEntry: 20 },
  broker: { perEntry: 10, perHold: 20 },
  consumer: { perEntry: 2, perHold: 18 },
  redis: { perEntry: 5, perHold: 45, bytesPerEntry: 100, bytesPerHold: 200 },
  realtime: { perConnection: 300, perOutcome: 10, bytesPerConnection: 10_000 },
  general: { perOrder: 2_000 },
  mysql: { perOrder: 500 },
};
const dropSize = {
  buyers: 1_000_000,
  seats: 10_000,
  standby: 10_000,
  seconds: 50,
  arrivalSeconds: 600,
  paymentSeconds: 100,
};
const machine = { cores: 2, bytes: 4 * 2 ** 30, usable: 0.5 };

test('costs add up over presses, entries and holds', () => {
  expect(costOfRun(model, { presses: 1_000_000, entries: 100_000, holds: 10_000 })).toEqual({
    publisher: 50,
    nginx: 20,
    broker: 1.2,
    consumer: 0.38,
    redis: 0.95,
    redisBytes: 12_000_000,
  });
});

test('a buyer who comes after sell-out costs a press, but no decision', () => {
  const needs = new Map(needsOf(model, dropSize).map((need) => [need.tier, need]));
  expect(needs.get('publisher')?.cores).toBeCloseTo(1);
  // 10,000 seats, 10,000 in standby, and 4,000 in the 0.2 s until publishers know of the sell-out: 24,000 entries.
  expect(needs.get('consumer')?.cores).toBeCloseTo((24_000 * 2 + 10_000 * 18) / 1e6 / 50);
  expect(needs.get('realtime')).toEqual({ tier: 'realtime', cores: 0.5, bytes: 1e10 });
  expect(needs.get('general')?.cores).toBeCloseTo(0.2);
});

test('machines are filled by cores or by memory, whichever runs out first', () => {
  expect(machinesFor({ tier: 'publisher', cores: 1, bytes: 0 }, machine)).toBe(1);
  expect(machinesFor({ tier: 'publisher', cores: 1.1, bytes: 0 }, machine)).toBe(2);
  expect(machinesFor({ tier: 'realtime', cores: 0.1, bytes: 1e10 }, machine)).toBe(5);
});

test('a drop gets more partitions only when one core of Redis would not do', () => {
  expect(partitionsFor(model, dropSize, 0.5)).toBe(1);
  expect(partitionsFor(model, { ...dropSize, seats: 1_000_000, seconds: 5 }, 0.5)).toBe(20);
});

import { isBounded, memoryOf } from './memory.ts';

test('the memory of a process is read, and is at most its peak', () => {
  const { rss, peak } = memoryOf(process.pid);
  expect(rss).toBeGreaterThan(20);
  expect(peak).toBeGreaterThanOrEqual(rss);
});

test('memory that grows steadily is not bounded; memory that goes up and down is', () => {
  const minutes = Array.from({ length: 40 }, (_, at) => at);
  expect(isBounded(minutes.map((at) => 150 + 10 * at))).toBe(false);
  expect(isBounded(minutes.map((at) => 150 + (at % 5) * 30))).toBe(true);
  expect(isBounded([])).toBe(false);
});

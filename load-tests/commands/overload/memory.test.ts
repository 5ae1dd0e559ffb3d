import { isBounded, memoryOf } from './memory.ts';

test('a process has memory, and no more than its peak', () => {
  const { rss, peak } = memoryOf(process.pid);
  expect(rss).toBeGreaterThan(20);
  expect(peak).toBeGreaterThanOrEqual(rss);
});

test('what grows steadily is not bounded; what comes and goes is', () => {
  const minutes = Array.from({ length: 40 }, (_, at) => at);
  expect(isBounded(minutes.map((at) => 150 + 10 * at))).toBe(false);
  expect(isBounded(minutes.map((at) => 150 + (at % 5) * 30))).toBe(true);
  expect(isBounded([])).toBe(false);
});

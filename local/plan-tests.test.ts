import { planTests } from './plan-tests.ts';

const browser = ['buyer', 'layout-shift', 'outcomes'].map((name) => ({
  path: `/x/web/tests/${name}.test.ts`,
}));
const short = Array.from({ length: 120 }, (_, i) => ({ path: `/x/general/${i}.test.ts` }));

test('two files that keep a core busy run beside those that wait, whatever order they came in', () => {
  const order = planTests([...short.slice(0, 60), ...browser, ...short.slice(60)]);
  expect(order.slice(0, 3).map(({ path }) => path)).toEqual([
    '/x/web/tests/layout-shift.test.ts',
    '/x/web/tests/outcomes.test.ts',
    '/x/general/0.test.ts',
  ]);
  // The third busy file is taken when the shorter of the first two is thought to end, after 90 s of short ones.
  expect(order.findIndex(({ path }) => path.includes('buyer'))).toBe(2 + 45);
  expect(new Set(order)).toEqual(new Set([...browser, ...short]));
});

test('how long a file took counts more than what is thought of it', () => {
  const [first, second] = planTests([
    { path: '/x/web/tests/layout-shift.test.ts', duration: 1_000 },
    { path: '/x/web/tests/buyer.test.ts', duration: 2_000 },
  ]);
  expect([first!.path, second!.path]).toEqual([
    '/x/web/tests/buyer.test.ts',
    '/x/web/tests/layout-shift.test.ts',
  ]);
});

import { describeRun, type RunData } from './summary.ts';

const layout = {
  load: [['load', '50/s']] as [string, string][],
  counts: [
    ['accepted', 'accepted'],
    ['refused', 'never_counted'],
  ] as [string, string][],
  rateSeconds: 20,
  latencies: [
    ['answer', 'answer_ms'],
    ['told', 'never_told_ms'],
  ] as [string, string][],
};

const run = (ok: boolean): RunData => ({
  metrics: {
    accepted: { values: { count: 12345 }, thresholds: { 'count>0': { ok: true } } },
    answer_ms: {
      values: { med: 1.234, 'p(95)': 20.4, 'p(99)': 1234.5, max: 2000 },
      thresholds: { 'p(99)<1000': { ok } },
    },
  },
  root_group: {
    checks: [
      { name: 'kept', passes: 7, fails: 0 },
      { name: 'lost', passes: 1, fails: ok ? 0 : 2 },
    ],
  },
  state: { testRunDurationMs: 24_000 },
});

test('the summary of a run that met every threshold', () => {
  expect(describeRun('entries', run(true), layout)).toBe(`
  entries         24.0 s
  load            50/s

  accepted           12,345   617.3/s
  refused                 0   0.0/s

  milliseconds        p(50)    p(95)    p(99)      max
  answer                1.2       20    1,235    2,000
  told                    —        —        —        —

  ✓ kept (7)
  ✓ lost (1)

  All 2 thresholds were met.

`);
});

test('the summary names a broken rule and a missed threshold', () => {
  const lines = describeRun('entries', run(false), layout).split('\n');
  expect(lines).toContain('  ✗ lost: broken 2 of 3 times');
  expect(lines).toContain('  ✗ answer_ms: not p(99)<1000');
  expect(lines.join()).not.toContain('were met');
});

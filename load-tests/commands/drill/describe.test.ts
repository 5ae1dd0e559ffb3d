import { describeReport, describeSum } from './describe.ts';
import type { DrillResult } from './run-drill.ts';
import type { DrillReport } from './save-report.ts';

const result = (drill: string, changes: Partial<DrillResult> = {}): DrillResult => ({
  drill,
  seed: 7,
  minutes: 2,
  buyersPerMinute: 200,
  incidents: [
    { at: 1, what: 'consumer killed', kind: 'kill' },
    { at: 2, what: 'memory alarm raised', kind: 'fault' },
  ],
  entries: 400,
  refused: 0,
  orders: 180,
  refunds: 0,
  violations: [],
  lost: [],
  errors: [],
  reconnects: 0,
  quietAfter: 12.3,
  ...changes,
});

const report = (results: DrillResult[], changes: Partial<DrillReport> = {}): DrillReport => ({
  args: '--minutes 2 --buyers 200 --seed 7',
  commit: 'abc',
  changedFiles: 0,
  startedAt: '2026-01-02T03:04:05.678Z',
  endedAt: '2026-01-02T04:05:06.789Z',
  cores: 2,
  load: [1.5, 3],
  results,
  notRun: [],
  ...changes,
});

test('the report has a row for each drill, and a last row with the totals', () => {
  expect(describeReport(report([result('consumer-killed'), result('clock-off')]))).toBe(
    `\`npm run drill -- --minutes 2 --buyers 200 --seed 7\` on \`abc\`, 2026-01-02 03:04 to 2026-01-02 04:05 UTC, 2 cores, load average 1.5 to 3:

| drill           | seed | minutes | kills | other faults | entries | orders | refunds | quiet after s | lost by Redis | violations |
| --------------- | ---- | ------- | ----- | ------------ | ------- | ------ | ------- | ------------- | ------------- | ---------- |
| consumer-killed | 7    | 2       | 1     | 1            | 400     | 180    | 0       | 12            | 0             | 0          |
| clock-off       | 7    | 2       | 1     | 1            | 400     | 180    | 0       | 12            | 0             | 0          |
| all             |      | 4       | 2     | 2            | 800     | 360    | 0       |               | 0             | 0          |

2 drills, 4 minutes of faults, 2 kills, 2 other faults: 0 violations.
`,
  );
});

test('the report names violations, drills that were not completed, and changed code', () => {
  const violations = [{ rule: '1 one owner', what: 'seat A1 is in two orders', record: {} } as const];
  const notRun = [{ drill: 'everything', why: 'no space left' }];
  const found = report([result('clock-off', { violations: [...violations] })], { notRun, changedFiles: 2 });
  expect(describeSum(found)).toMatch(/: 1 violations; not run to the end: everything$/);
  expect(describeReport(found)).toContain('on `abc` and 2 changed files,');
  expect(describeReport(found)).toContain('- `clock-off`, rule 1 one owner: seat A1 is in two orders\n');
});

/** What k6 found out, as a few lines that can be read at a glance. */

type Metric = { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> };
type Check = { name: string; passes: number; fails: number };

/** As much as is used here of what k6 gives to `handleSummary`. */
export type RunData = {
  metrics: Record<string, Metric>;
  root_group: { checks: Check[] };
  state: { testRunDurationMs: number };
};

export type Layout = {
  /** What was asked for: name and words. */
  asked: [name: string, words: string][];
  /** Counters to show, by the name of the metric. */
  counts: [words: string, metric: string][];
  /** Seconds over which these spread, if a rate means something. */
  countedOver?: number;
  /** Trends of milliseconds to show, by the name of the metric. */
  latencies: [words: string, metric: string][];
};

const columns = ['med', 'p(95)', 'p(99)', 'max'] as const;

/** For the script's options: what the lines below are made of. */
export const trendStats = ['avg', 'min', ...columns];

const width = 16;

export function describeRun(
  title: string,
  data: RunData,
  { asked, counts, countedOver, latencies }: Layout,
): string {
  const seconds = data.state.testRunDurationMs / 1000;
  const lines = [
    '',
    row(title, `${seconds.toFixed(1)} s`),
    ...asked.map(([name, words]) => row(name, words)),
    '',
    ...counts.map(([words, metric]) => {
      const { count = 0 } = data.metrics[metric]?.values ?? {};
      const rate = countedOver === undefined ? '' : `   ${(count / countedOver).toFixed(1)}/s`;
      return row(words, `${whole(count).padStart(9)}${rate}`);
    }),
    '',
    row('milliseconds', columns.map((name) => name.replace('med', 'p(50)').padStart(9)).join('')),
    ...latencies.map(([words, metric]) => {
      const values = data.metrics[metric]?.values;
      const isEmpty = values === undefined || (values['max'] ?? 0) === 0;
      const times = columns.map((name) => (isEmpty ? '—' : milliseconds(values[name] ?? 0)).padStart(9));
      return row(words, times.join(''));
    }),
    ...checkLines(data.root_group.checks),
    '',
    ...thresholdLines(data.metrics),
    '',
  ];
  return `${lines.join('\n')}\n`;
}

function checkLines(checks: readonly Check[]): string[] {
  if (checks.length === 0) return [];
  const line = ({ name, passes, fails }: Check) =>
    fails === 0
      ? `  ✓ ${name} (${whole(passes)})`
      : `  ✗ ${name}: broken ${whole(fails)} of ${whole(passes + fails)} times`;
  return ['', ...checks.map(line)];
}

/** What failed by name, or that nothing did. */
function thresholdLines(metrics: RunData['metrics']): string[] {
  const all = Object.entries(metrics).flatMap(([metric, { thresholds = {} }]) =>
    Object.entries(thresholds).map(([aim, { ok }]) => ({ metric, aim, ok })),
  );
  const missed = all.filter(({ ok }) => !ok);
  if (missed.length === 0) return [`  All ${all.length} aims were met.`];
  return missed.map(({ metric, aim }) => `  ✗ ${metric}: not ${aim}`);
}

function row(name: string, words: string): string {
  return `  ${name.padEnd(width)}${words}`;
}

/** k6 knows no locales. */
function whole(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : whole(value);
}

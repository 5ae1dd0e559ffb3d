/** Short text summary of a k6 run. */

type Metric = { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> };
type Check = { name: string; passes: number; fails: number };

/** The part of k6's summary data that is used here. */
export type RunData = {
  metrics: Record<string, Metric>;
  root_group: { checks: Check[] };
  state: { testRunDurationMs: number };
};

export type Layout = {
  /** Rows that describe the load. */
  load: [name: string, text: string][];
  /** Counters to print, with the name of the metric. */
  counts: [label: string, metric: string][];
  /** Duration for the rate of each counter; without it no rates are printed. */
  rateSeconds?: number;
  /** Trends in milliseconds to print, with the name of the metric. */
  latencies: [label: string, metric: string][];
};

const columns = ['med', 'p(95)', 'p(99)', 'max'] as const;

/** `summaryTrendStats` of a script's options: the statistics that the summary needs. */
export const trendStats = ['avg', 'min', ...columns];

const width = 16;

export function describeRun(
  title: string,
  data: RunData,
  { load, counts, rateSeconds, latencies }: Layout,
): string {
  const seconds = data.state.testRunDurationMs / 1000;
  const lines = [
    '',
    row(title, `${seconds.toFixed(1)} s`),
    ...load.map(([name, text]) => row(name, text)),
    '',
    ...counts.map(([label, metric]) => {
      const { count = 0 } = data.metrics[metric]?.values ?? {};
      const rate = rateSeconds === undefined ? '' : `   ${(count / rateSeconds).toFixed(1)}/s`;
      return row(label, `${integer(count).padStart(9)}${rate}`);
    }),
    '',
    row('milliseconds', columns.map((name) => name.replace('med', 'p(50)').padStart(9)).join('')),
    ...latencies.map(([label, metric]) => {
      const values = data.metrics[metric]?.values;
      const isEmpty = values === undefined || (values['max'] ?? 0) === 0;
      const times = columns.map((name) => (isEmpty ? '—' : milliseconds(values[name] ?? 0)).padStart(9));
      return row(label, times.join(''));
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
      ? `  ✓ ${name} (${integer(passes)})`
      : `  ✗ ${name}: broken ${integer(fails)} of ${integer(passes + fails)} times`;
  return ['', ...checks.map(line)];
}

/** The missed thresholds by name, or one line that all were met. */
function thresholdLines(metrics: RunData['metrics']): string[] {
  const all = Object.entries(metrics).flatMap(([metric, { thresholds = {} }]) =>
    Object.entries(thresholds).map(([threshold, { ok }]) => ({ metric, threshold, ok })),
  );
  const missed = all.filter(({ ok }) => !ok);
  if (missed.length === 0) return [`  All ${all.length} thresholds were met.`];
  return missed.map(({ metric, threshold }) => `  ✗ ${metric}: not ${threshold}`);
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(width)}${text}`;
}

/** Formats with thousands separators by hand, because k6 has no locales. */
function integer(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : integer(value);
}

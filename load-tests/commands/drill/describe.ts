import type { Violation } from '../../../proof/violation.ts';
import type { DrillResult } from './run-drill.ts';
import type { DrillReport } from './save-report.ts';

/** Violations of one drill that are printed; the rest is only counted. */
const maxShown = 12;

type Column = [head: string, figure: (result: DrillResult) => string | number];

const columns: Column[] = [
  ['drill', ({ drill }) => drill],
  ['seed', ({ seed }) => String(seed)],
  ['minutes', ({ minutes }) => minutes],
  ['kills', kills],
  ['other faults', (result) => result.incidents.length - kills(result)],
  ['entries', ({ entries }) => entries],
  ['orders', ({ orders }) => orders],
  ['refunds', ({ refunds }) => refunds],
  ['quiet after s', ({ quietAfter }) => quietAfter.toFixed(0)],
  ['lost by Redis', ({ lost }) => lost.length],
  ['violations', ({ violations }) => violations.length],
];

/** A Markdown table with a row for each drill, formatted as Prettier formats it. */
export function describeResults(results: readonly DrillResult[]): string {
  const sumOf = (values: readonly (string | number)[]): string => {
    const numbers = values.filter((value) => typeof value === 'number');
    const sum = numbers.reduce((total, value) => total + value, 0);
    return numbers.length === 0 ? '' : String(Math.round(sum * 10) / 10);
  };
  const rows = [
    columns.map(([head]) => head),
    ...results.map((result) => columns.map(([, figure]) => String(figure(result)))),
    columns.map(([head, figure]) => (head === 'drill' ? 'all' : sumOf(results.map(figure)))),
  ];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const ruler = widths.map((width) => '-'.repeat(width));
  return [rows[0]!, ruler, ...rows.slice(1)]
    .map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |\n`)
    .join('');
}

/** One line about all drills. */
export function describeSum({ results, notRun }: Pick<DrillReport, 'results' | 'notRun'>): string {
  const sum = (figure: (result: DrillResult) => number) =>
    results.reduce((total, each) => total + figure(each), 0);
  const faults = sum(({ incidents }) => incidents.length);
  const killed = sum(kills);
  const minutes = Math.round(sum(({ minutes: each }) => each) * 10) / 10;
  return (
    `${results.length} drills, ${minutes} minutes of faults, ${killed} kills, ${faults - killed} other faults: ` +
    `${sum(({ violations }) => violations.length)} violations` +
    (notRun.length === 0 ? '' : `; not run to the end: ${notRun.map(({ drill }) => drill).join(', ')}`)
  );
}

/** The whole report of a run, in Markdown. */
export function describeReport(report: DrillReport): string {
  const { args, commit = 'unknown', changedFiles, startedAt, endedAt, cores, load, results } = report;
  const minute = (time: string): string => time.slice(0, 16).replace('T', ' ');
  const code = changedFiles === 0 ? `\`${commit}\`` : `\`${commit}\` and ${changedFiles} changed files`;
  const violations = results.flatMap((result) =>
    result.violations.map(({ rule, what }) => `- \`${result.drill}\`, rule ${rule}: ${what}\n`),
  );
  return [
    `\`npm run drill -- ${args}\` on ${code}, ${minute(startedAt)} to ${minute(endedAt)} UTC, ${cores} cores, `,
    `load average ${Math.min(...load)} to ${Math.max(...load)}:\n\n`,
    describeResults(results),
    `\n${describeSum(report)}.\n`,
    ...(violations.length === 0 ? [] : ['\n', ...violations]),
  ].join('');
}

/** The violations of a drill, and the command that repeats it. */
export function describeFailure(result: DrillResult, logDir: string, replicaAcks: number): string {
  return [
    `FAILED ${result.drill}: ${result.violations.length} violations`,
    ...list(result.violations),
    `  replay: npm run drill -- --only ${result.drill} --seed ${result.seed} --minutes ${result.minutes}` +
      ` --buyers ${result.buyersPerMinute}` +
      (replicaAcks === 1 ? '' : ` --replica-acks ${replicaAcks}`),
    `  logs: ${logDir}`,
    '',
  ].join('\n');
}

export function describeLost({ drill, lost }: DrillResult): string {
  return [`${drill}: Redis lost ${lost.length} acknowledged writes`, ...list(lost), ''].join('\n');
}

function list(violations: readonly Violation[]): string[] {
  return [
    ...violations
      .slice(0, maxShown)
      .map(
        ({ rule, what, record }) => `  rule ${rule}: ${what}\n    ${JSON.stringify(record).slice(0, 500)}`,
      ),
    ...(violations.length > maxShown ? [`  and ${violations.length - maxShown} more`] : []),
  ];
}

function kills({ incidents }: DrillResult): number {
  return incidents.filter(({ kind }) => kind === 'kill').length;
}

import type { Violation } from '../../shared/ledger/violation.ts';
import type { DrillResult } from './run-drill.ts';

/** Violations of one drill that are shown; the rest is counted. */
const mostShown = 12;

type Column = [head: string, of: (result: DrillResult) => string | number];

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

/** A row for each drill, in Markdown, so that it can go into docs/reliability.md as it is. */
export function describeResults(results: readonly DrillResult[]): string {
  const sumOf = (values: readonly (string | number)[]): string => {
    const numbers = values.filter((value) => typeof value === 'number');
    const sum = numbers.reduce((total, value) => total + value, 0);
    return numbers.length === 0 ? '' : String(Math.round(sum * 10) / 10);
  };
  return [
    columns.map(([head]) => head),
    columns.map(() => '---'),
    ...results.map((result) => columns.map(([, of]) => String(of(result)))),
    columns.map(([head, of]) => (head === 'drill' ? 'all' : sumOf(results.map(of)))),
  ]
    .map((row) => `| ${row.join(' | ')} |\n`)
    .join('');
}

/** What went wrong in a drill, and how to see it again. */
export function describeFailure(result: DrillResult, logDir: string, replicaAcks: number): string {
  return [
    `FAILED ${result.drill}: ${result.violations.length} violations`,
    ...list(result.violations),
    `  replay: npm run drill -- --only ${result.drill} --seed ${result.seed} --minutes ${result.minutes}` +
      (replicaAcks === 1 ? '' : ` --replica-acks ${replicaAcks}`),
    `  logs: ${logDir}`,
    '',
  ].join('\n');
}

export function describeLost({ drill, lost }: DrillResult): string {
  return [`${drill}: ${lost.length} times something was lost by Redis`, ...list(lost), ''].join('\n');
}

function list(violations: readonly Violation[]): string[] {
  return [
    ...violations
      .slice(0, mostShown)
      .map(
        ({ rule, what, record }) => `  rule ${rule}: ${what}\n    ${JSON.stringify(record).slice(0, 500)}`,
      ),
    ...(violations.length > mostShown ? [`  and ${violations.length - mostShown} more`] : []),
  ];
}

function kills({ incidents }: DrillResult): number {
  return incidents.filter(({ kind }) => kind === 'kill').length;
}

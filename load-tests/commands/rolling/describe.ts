import { tierNames } from '../../../local/tiers.ts';
import type { Played } from './play.ts';
import { work } from './reload-tiers.ts';

/** Faults that are printed; the rest is only counted. */
const maxShown = 20;

/** The report as text. */
export function describePlayed({ reloads, noticed, violations, board, requests, orders }: Played): string {
  const n = (value: number) => value.toLocaleString('en');
  const columns = ['tier', 'reloads', 'seconds (max)', 'meanwhile', 'max in flight', 'failed requests'];
  const rows = tierNames.map((tier) => {
    const own = reloads.filter((reload) => reload.tier === tier);
    const sum = (figure: (reload: (typeof own)[number]) => number) =>
      own.reduce((total, each) => total + figure(each), 0);
    const max = (figure: (reload: (typeof own)[number]) => number) => Math.max(0, ...own.map(figure));
    const seconds = sum((reload) => reload.seconds) / Math.max(1, own.length);
    return [
      tier,
      String(own.length),
      `${seconds.toFixed(1)} (${max((reload) => reload.seconds).toFixed(1)})`,
      `${n(sum(({ load }) => load))} ${work[tier]}`,
      n(max(({ maxInFlight }) => maxInFlight)),
      n(sum(({ failures }) => failures)),
    ];
  });
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]!.length)) + 2);
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join('')}`.trimEnd();
  return [
    '',
    line(columns),
    ...rows.map(line),
    '',
    `  ${n(requests)} requests, ${n(board.accepted)} entries accepted, ${n(orders)} orders paid, ` +
      `${n(board.reconnects)} sockets reconnected`,
    '',
    ...describeFaults(
      noticed.length === 0 ? 'No request failed.' : `${n(noticed.length)} FAULTS THAT A CLIENT COULD NOTICE`,
      noticed,
    ),
    ...describeFaults(
      violations.length === 0 ? 'Every rule held.' : `${n(violations.length)} VIOLATIONS`,
      violations.map(({ rule, what, record }) => `rule ${rule}: ${what} ${JSON.stringify(record)}`),
    ),
    '',
  ].join('\n');
}

function describeFaults(head: string, faults: readonly string[]): string[] {
  const rest = faults.length - maxShown;
  return [
    `  ${head}`,
    ...faults.slice(0, maxShown).map((fault) => `    ${fault.slice(0, 600)}`),
    ...(rest > 0 ? [`    and ${rest} more`] : []),
  ];
}

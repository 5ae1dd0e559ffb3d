import type { Drop } from '../../../shared/drops/drop.ts';
import type { Checked } from '../../../proof/played/check-drop.ts';
import type { Violation } from '../../../proof/violation.ts';
import type { Board } from '../../buyer/board.ts';
import type { RushOptions } from './options.ts';
import { decimal } from '../../../shared/contract/minor-units.ts';
import { peakPerSecond, percentiles, type Percentiles } from '../../statistics.ts';

export type Summary = {
  options: RushOptions;
  dropId: number;
  /** Buyers by the result of their press. */
  entries: {
    accepted: number;
    /** Refused because the drop was already sold out. */
    turnedAway: number;
    refused: number;
    held: number;
    standby: number;
    soldOut: number;
    toldBySocket: number;
    toldByHttp: number;
  };
  /** Holds by origin and by result. */
  holds: { atOnce: number; fromStandby: number; sold: number; released: number };
  orders: { paid: number; seats: number; amount: number; currency: string };
  latencyMs: {
    pressToAccepted: Percentiles | undefined;
    pressToTold: Percentiles | undefined;
    checkoutToOrder: Percentiles | undefined;
  };
  perSecond: { accepted: number; told: number };
  errors: [kind: string, count: number][];
  reconnects: number;
  violations: Violation[];
};

export function summarize(
  options: RushOptions,
  drop: Drop,
  board: Board,
  { replays, orders }: Checked,
  violations: Violation[],
): Summary {
  const holds = replays.flatMap((replay) => [...replay.holds.values()]);
  const paid = orders.filter(({ status }) => status === 'paid');
  return {
    options,
    dropId: drop.id,
    entries: {
      accepted: board.accepted,
      turnedAway: board.turnedAway,
      refused: board.refused,
      held: board.heldAtOnce,
      standby: board.standby,
      soldOut: board.soldOut,
      toldBySocket: board.outcomeBy.socket,
      toldByHttp: board.outcomeBy.http,
    },
    holds: {
      atOnce: holds.filter(({ promoted }) => !promoted).length,
      fromStandby: holds.filter(({ promoted }) => promoted).length,
      sold: holds.filter(({ state }) => state === 'sold').length,
      released: holds.filter(({ state }) => state === 'released').length,
    },
    orders: {
      paid: paid.length,
      seats: paid.reduce((sum, { seats }) => sum + seats.length, 0),
      amount: paid.reduce((sum, { amount }) => sum + amount, 0),
      currency: drop.price.currency,
    },
    latencyMs: {
      pressToAccepted: percentiles(board.acceptedAfter),
      pressToTold: percentiles(board.toldAfter),
      checkoutToOrder: percentiles(board.paidAfter),
    },
    perSecond: { accepted: peakPerSecond(board.acceptedAt), told: peakPerSecond(board.toldAt) },
    errors: board.errors,
    reconnects: board.reconnects,
    violations,
  };
}

/** Violations that are printed; the rest is only counted. */
const maxShown = 20;

export function describeSummary(summary: Summary, board: Board, drop: Drop): string {
  const { entries, holds, orders, latencyMs, perSecond, errors, reconnects, violations, options } = summary;
  const n = (value: number) => value.toLocaleString('en');
  const row = (name: string, text: string) => `  ${name.padEnd(13)}${text}`;
  const latency = (name: string, latencies: Percentiles | undefined) =>
    row(
      name,
      latencies
        ? [latencies.p50, latencies.p95, latencies.p99, latencies.max].map((ms) => n(ms).padStart(8)).join('')
        : '       —',
    );
  const money = `${decimal(orders)} ${orders.currency}`;
  return [
    '',
    row(
      'drop',
      `${drop.id}: ${n(drop.capacity)} seats, ${n(drop.standbyLimit)} standby places, ` +
        `${drop.partitions} partition${drop.partitions === 1 ? '' : 's'}, ${drop.holdSeconds} s to pay`,
    ),
    row('buyers', `${n(options.buyers)}, seed ${options.seed}`),
    row(
      'entries',
      `${n(entries.accepted)} accepted: ${n(entries.held)} held, ${n(entries.standby)} standby, ` +
        `${n(entries.soldOut)} sold out; ${n(entries.turnedAway)} came too late, ${n(entries.refused)} refused`,
    ),
    row('told', `${n(entries.toldBySocket)} by socket, ${n(entries.toldByHttp)} by HTTP`),
    row(
      'holds',
      `${n(holds.atOnce)} at once and ${n(holds.fromStandby)} from standby: ${n(holds.sold)} paid, ` +
        `${n(holds.released)} ended (${n(board.lapsed)} ran out, ${n(board.leftHold)} given back); ` +
        `${n(board.leftStandby)} left standby`,
    ),
    row('orders', `${n(orders.paid)} for ${n(orders.seats)} of ${n(drop.capacity)} seats, ${money}`),
    row(
      'payments',
      `${n(board.declined)} cards declined, ${n(board.challenged)} asked for by the bank, ${n(board.abandoned)} abandoned`,
    ),
    '',
    row('latency ms', ['p50', 'p95', 'p99', 'max'].map((name) => name.padStart(8)).join('')),
    latency('press → 202', latencyMs.pressToAccepted),
    latency('press → told', latencyMs.pressToTold),
    latency('pay → order', latencyMs.checkoutToOrder),
    row('peak', `${n(perSecond.accepted)} accepted and ${n(perSecond.told)} told in a second`),
    ...(reconnects > 0 ? [row('sockets', `${n(reconnects)} reconnected after a lost connection`)] : []),
    '',
    ...(errors.length === 0 ? ['  no errors'] : errors.map(([kind, count]) => row(`${n(count)} ×`, kind))),
    '',
    violations.length === 0 ? '  Every rule held.' : `  ${n(violations.length)} VIOLATIONS`,
    ...violations
      .slice(0, maxShown)
      .map(
        ({ rule, what, record }) => `  rule ${rule}: ${what}\n    ${JSON.stringify(record).slice(0, 600)}`,
      ),
    ...(violations.length > maxShown ? [`  and ${n(violations.length - maxShown)} more`] : []),
    '',
  ].join('\n');
}

import { idParams } from '../../shared/contract/ids.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, TextStream, type Route } from '../http/route.ts';
import { soldOrders } from '../orders/sold-orders.ts';
import { decimal } from '../../shared/contract/minor-units.ts';
import type { LineKind } from '../../shared/contract/total.ts';
import { csvLine } from './csv.ts';

/** Orders read per query. */
const pageSize = 500;

const columns = [
  'id',
  'buyer',
  'email',
  'seats',
  'amount',
  'currency',
  'status',
  'ordered_at',
  'changed_at',
  'refunded',
  'refunded_seats',
  'provider',
  'provider_id',
  'refunded_outside',
  'disputed',
  'price',
  'fees',
  'platform_fees',
  'included_tax',
  'refunded_by',
  'payout_account',
  'payout_fee',
  'payout_transfer',
];

export function exportOrders({ db, reader }: Pick<Deps, 'db' | 'reader'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/report.csv',
    summary: 'Export all orders of a drop for a spreadsheet',
    description:
      'One line per order, the newest first; `refunded` and `refunded_seats` are what has gone back and the seats that are void, `refunded_by` the names of those who asked for it. UTF-8 with a byte order mark; text in quotes; amounts as decimals. Text ' +
      'that a spreadsheet would take for a formula, also after a semicolon or a tab, gets an apostrophe before it.',
    tag: 'Drops',
    who: ['organizer', 'admin'],
    params: idParams,
    success: { status: 200, contentType: 'text/csv', description: 'The orders' },
    problems: [],
    async handle({ params: { id }, session }) {
      const drop = await loadDrop(db, id);
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      return new TextStream(
        `drop-${id}-orders.csv`,
        linesOf((after) =>
          reader.read(session, (replica) => soldOrders(replica, id, { limit: pageSize, after })),
        ),
      );
    },
  });
}

type OrderPage = Awaited<ReturnType<typeof soldOrders>>;

function partCells({ amount: { currency }, lines, includedTax }: OrderPage['items'][number]): string[] {
  const part = (kind: LineKind) =>
    decimal(lines.find((line) => line.kind === kind)?.amount ?? { amount: 0, currency });
  const tax = decimal(includedTax?.amount ?? { amount: 0, currency });
  return [part('seats'), part('fees'), part('platform_fees'), tax];
}

async function* linesOf(read: (after: string | undefined) => Promise<OrderPage>): AsyncGenerator<string> {
  let after: string | undefined;
  // Without the mark Excel assumes another encoding.
  let text = `\ufeff${csvLine(columns)}`;
  for (;;) {
    const { items, next } = await read(after);
    for (const order of items) {
      const { id, buyer, seats, amount, refunded, status, createdAt, updatedAt, ...marks } = order;
      text += csvLine([
        id,
        buyer.name,
        buyer.email,
        placesOf(seats),
        decimal(amount),
        amount.currency,
        status,
        createdAt,
        updatedAt,
        decimal(refunded),
        placesOf(seats.filter(({ state }) => state !== 'valid')),
        ...paymentCells(marks),
        ...partCells(order),
        askersOf(order),
        order.payment?.account ?? '',
        order.payment?.fee ? decimal(order.payment.fee) : '',
        order.payment?.transfer ?? '',
      ]);
    }
    yield text;
    if (next === null) return;
    after = next;
    text = '';
  }
}

/** Each name once, in the order in which they asked. */
function askersOf({ refunds }: Pick<OrderPage['items'][number], 'refunds'>): string {
  return [...new Set(refunds.flatMap(({ requestedBy }) => requestedBy ?? []))].join('; ');
}

function placesOf(
  seats: readonly Pick<OrderPage['items'][number]['seats'][number], 'section' | 'row' | 'number'>[],
) {
  return seats.map(({ section, row, number }) => `${section} row ${row} seat ${number}`).join('; ');
}

function paymentCells({
  payment,
  refundedOutside,
  disputed,
}: Pick<OrderPage['items'][number], 'payment' | 'refundedOutside' | 'disputed'>): string[] {
  const optional = (money: typeof disputed) => (money ? decimal(money) : '');
  return [payment?.provider ?? '', payment?.ref ?? '', optional(refundedOutside), optional(disputed)];
}

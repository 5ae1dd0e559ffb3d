import { ofOne } from '../../shared/contract/ids.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { Deps } from '../deps.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, TextStream, type Route } from '../http/route.ts';
import { soldOrders } from '../orders/sold-orders.ts';
import { decimal } from '../../shared/contract/minor-units.ts';
import { csvLine } from './csv.ts';

/** Orders read at a time. */
const portion = 500;

const columns = ['id', 'buyer', 'email', 'seats', 'amount', 'currency', 'status', 'ordered_at', 'changed_at'];

export function exportOrders({ db, reader }: Pick<Deps, 'db' | 'reader'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/drops/:id/report.csv',
    summary: 'All orders of a drop, to open in a spreadsheet',
    description:
      'One line an order, the newest first. UTF-8 with a byte order mark; text in quotes; amounts as decimals. What a ' +
      'spreadsheet would take for a formula, also after a semicolon or a tab, begins with an apostrophe.',
    tag: 'Drops',
    who: ['organizer', 'admin'],
    params: ofOne,
    success: { status: 200, contentType: 'text/csv', description: 'The orders' },
    problems: [],
    async handle({ params: { id }, session }) {
      const drop = await loadDrop(db, id);
      if (!drop) throw new Problem('not_found');
      requireOwner(session, drop.organizerId);
      return new TextStream(
        `drop-${id}-orders.csv`,
        linesOf((after) =>
          reader.read(session, (replica) => soldOrders(replica, id, { limit: portion, after })),
        ),
      );
    },
  });
}

type Portion = Awaited<ReturnType<typeof soldOrders>>;

async function* linesOf(read: (after: string | undefined) => Promise<Portion>): AsyncGenerator<string> {
  let after: string | undefined;
  // Excel takes UTF-8 for something else without the mark.
  let text = `\ufeff${csvLine(columns)}`;
  for (;;) {
    const { items, next } = await read(after);
    for (const { id, buyer, seats, amount, status, createdAt, updatedAt } of items) {
      const places = seats.map(({ section, row, number }) => `${section} row ${row} seat ${number}`);
      text += csvLine([
        id,
        buyer.name,
        buyer.email,
        places.join('; '),
        decimal(amount),
        amount.currency,
        status,
        createdAt,
        updatedAt,
      ]);
    }
    yield text;
    if (next === null) return;
    after = next;
    text = '';
  }
}

import { z } from 'zod';
import { orderPaidToPlatform } from '../../shared/contract/orders.ts';
import { pageOf, pageQuery } from '../../shared/contract/paging.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';
import { cutPage, following, readCursor, type Cursor } from '../http/cursor.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { newestOrders, presentFoundOrders } from './found-orders.ts';

export function listPaidToPlatform({ payments, reader }: Pick<Deps, 'payments' | 'reader'>): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/orders/paid-to-platform',
    summary: 'List orders whose money the platform took in place of an organizer’s account, the newest first',
    description:
      'What the platform owes to organizers, less its fees and what went back to buyers. Empty if organizers are not paid ' +
      'by the payment provider.',
    tag: 'Payouts',
    who: ['admin'],
    query: z.strictObject(pageQuery),
    success: { status: 200, schema: pageOf(orderPaidToPlatform), description: 'Orders' },
    problems: [],
    async handle({ query: { limit, after }, session }) {
      if (!payments.accounts) return { items: [], next: null };
      return reader.read(session, async (db) => {
        const rows: PaidRow[] = await paidToPlatform(db, payments.name, limit + 1, readCursor(after));
        const { page, next } = cutPage(rows, limit, ({ created_at, hold_id }) => ({
          time: created_at,
          key: hold_id,
        }));
        return { items: await present(db, page), next };
      });
    },
  });
}

type PaidRow = { hold_id: string; drop_id: number; created_at: Date };

/** The payments of orders, the newest first. Without a join, as MySQL reads the index in its order only then. */
export function paidToPlatform(db: Database, provider: string, limit: number, cursor?: Cursor) {
  return db('payment_attempts')
    .whereNull('payout_account')
    .where({ provider, status: 'approved' })
    .modify((query) => {
      if (cursor) following('desc', { created_at: cursor.time, hold_id: cursor.key })(query);
    })
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'hold_id', order: 'desc' },
    ])
    .limit(limit)
    .select('hold_id', 'drop_id', 'created_at');
}

type OwnerRow = { drop_id: number; account: string | null; id: number; name: string; email: string };

async function present(
  db: Database,
  paid: readonly PaidRow[],
): Promise<z.input<typeof orderPaidToPlatform>[]> {
  const ids = paid.map(({ hold_id }) => hold_id);
  const owners: OwnerRow[] = await db('drops')
    .join('events', 'events.id', 'drops.event_id')
    .join('users', 'users.id', 'events.organizer_id')
    .whereIn(
      'drops.id',
      paid.map(({ drop_id }) => drop_id),
    )
    .select(
      'drops.id as drop_id',
      'drops.payout_account as account',
      'users.id',
      'users.name',
      'users.email',
    );
  const ownerOf = new Map(owners.map(({ drop_id, ...owner }) => [drop_id, owner]));
  const orders = await presentFoundOrders(db, await newestOrders(db, ids, ids.length));
  const byId = new Map(orders.map((order) => [order.id, order]));
  return paid.flatMap(({ hold_id, drop_id }) => {
    const order = byId.get(hold_id);
    const owner = ownerOf.get(drop_id);
    if (!order || !owner) return [];
    const { account, ...organizer } = owner;
    return { ...order, organizer, ...(account !== null && { account }) };
  });
}

/** Why an account cannot be deleted yet: something is under way that its user, or somebody else, still needs. */
import type { DeletionObstacle } from '../../shared/contract/own-data.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import type { UserRow } from '../accounts/user.ts';
import { findOwnEntries, type FindDeps } from '../entry/find-own-entries.ts';
import type { RecentDrops } from '../entry/recent-drops.ts';

/** How long after its beginning an event counts as not over: its tickets are still shown at the door. */
const eventHours = 24;
/** Of each kind. */
const maxListed = 20;

/**
 * What Redis knows: holds, payments and places in standby.
 * @throws {Problem} unavailable if a part of Redis does not answer
 */
export async function obstaclesInRedis(
  deps: FindDeps,
  drops: RecentDrops,
  userId: number,
): Promise<DeletionObstacle[]> {
  const { entries, isComplete } = await findOwnEntries(deps, drops, userId);
  if (!isComplete) throw new Problem('unavailable', { retryAfter: 5 });
  const codes = { held: 'hold', paying: 'payment', standby: 'standby' } as const;
  const waiting = entries.flatMap(({ dropId, state: { status } }) =>
    status in codes ? [{ code: codes[status as keyof typeof codes], dropId }] : [],
  );
  if (waiting.length === 0) return [];
  const rows: { id: number; title: string }[] = await deps
    .db('drops')
    .join('events', 'events.id', 'drops.event_id')
    .whereIn(
      'drops.id',
      waiting.map(({ dropId }) => dropId),
    )
    .select('drops.id', 'events.title');
  const titleOf = new Map(rows.map(({ id, title }) => [id, title]));
  return waiting.map((each) => ({ ...each, title: titleOf.get(each.dropId) }));
}

/** What MySQL knows. The caller has locked the user's row, so that no order is placed meanwhile. */
export async function obstaclesInMysql(
  trx: Database,
  { id, role }: Pick<UserRow, 'id' | 'role'>,
): Promise<DeletionObstacle[]> {
  const found = [];
  if (role === 'admin') found.push({ code: 'admin' as const });
  // One after the other: they share the connection of the transaction.
  found.push(...(await openPayments(trx, id)));
  found.push(...(await openRefunds(trx, id)));
  found.push(...(await ticketsAhead(trx, id)));
  found.push(...(await openSales(trx, id)));
  return found;
}

/** The condition is for the index of open attempts, of which there are few. */
async function openPayments(trx: Database, userId: number): Promise<DeletionObstacle[]> {
  const rows: { drop_id: number; title: string }[] = await trx('payment_attempts as paid')
    .join('drops', 'drops.id', 'paid.drop_id')
    .join('events', 'events.id', 'drops.event_id')
    .whereIn('paid.status', ['pending', 'refund_due'])
    .where({ 'paid.user_id': userId })
    .limit(maxListed)
    .select('paid.drop_id', 'events.title');
  return rows.map(({ drop_id, title }) => ({ code: 'payment', dropId: drop_id, title }));
}

async function openRefunds(trx: Database, userId: number): Promise<DeletionObstacle[]> {
  const rows: { id: string; title: string }[] = await trx('orders')
    .join('drops', 'drops.id', 'orders.drop_id')
    .join('events', 'events.id', 'drops.event_id')
    .leftJoin('refunds', 'refunds.order_id', 'orders.id')
    .where({ 'orders.user_id': userId })
    .where((open) => {
      void open
        .where({ 'orders.status': 'refund_due' })
        .orWhere({ 'refunds.status': 'due' })
        .orWhereNotNull('refunds.returned_at');
    })
    .distinct('orders.id', 'events.title')
    .limit(maxListed);
  return rows.map(({ id, title }) => ({ code: 'refund', orderId: id, title }));
}

type Ahead = { id: number; title: string; starts_at: Date };

const notOver = (trx: Database) => trx.raw('now(3) - interval ? hour', [eventHours]);
const endOf = ({ starts_at }: Ahead) => new Date(starts_at.getTime() + eventHours * 3_600_000).toISOString();

async function ticketsAhead(trx: Database, userId: number): Promise<DeletionObstacle[]> {
  const rows: Ahead[] = await trx('orders')
    .join('drops', 'drops.id', 'orders.drop_id')
    .join('events', 'events.id', 'drops.event_id')
    .where({ 'orders.user_id': userId, 'orders.status': 'paid' })
    .where('events.starts_at', '>', notOver(trx))
    .distinct('events.id', 'events.title', 'events.starts_at')
    .orderBy('events.starts_at')
    .limit(maxListed);
  return rows.map((row) => ({ code: 'tickets', eventId: row.id, title: row.title, until: endOf(row) }));
}

/** The user is the organizer, and buyers or the platform still need one. */
async function openSales(trx: Database, userId: number): Promise<DeletionObstacle[]> {
  const rows: (Ahead & { open: 0 | 1 })[] = await trx('events')
    .where({ organizer_id: userId })
    .where((needed) => {
      void needed.whereExists(openDrops(trx)).orWhere((ahead) => {
        void ahead
          .where('starts_at', '>', notOver(trx))
          .whereExists(ordersOfEvent(trx).where({ 'orders.status': 'paid' }));
      });
    })
    .orderBy('starts_at')
    .limit(maxListed)
    .select('id', 'title', 'starts_at', trx.raw('exists (?) as ??', [openDrops(trx), 'open']));
  return rows.map((row) => ({
    code: 'sales',
    eventId: row.id,
    title: row.title,
    ...(row.open === 0 && { until: endOf(row) }),
  }));
}

/** Drops of an event that are not over, or whose buyers do not have their money back yet. */
const openDrops = (trx: Database) =>
  trx('drops')
    .leftJoin('orders', (due) => {
      void due.on('orders.drop_id', 'drops.id').andOnVal('orders.status', 'refund_due');
    })
    .whereRaw('drops.event_id = events.id')
    .where((open) => void open.whereNull('drops.sale_ended_at').orWhereNotNull('orders.id'))
    .select(trx.raw('1'));

const ordersOfEvent = (trx: Database) =>
  trx('orders')
    .join('drops', 'drops.id', 'orders.drop_id')
    .whereRaw('drops.event_id = events.id')
    .select(trx.raw('1'));

/** Who owns seats, as MySQL has it, and Redis brought to say the same. Needed only where an accident made them differ. */
import type { Followed, LostHold, Owner } from '../../shared/inventory/payments.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Deps } from '../deps.ts';
import { namedSeats, type NamedSeat } from './place-order.ts';

type OwnedSeat = { orderId: string; buyerId: number; seat: string; withheldAt: Date | null };

type HeldSeats = { holdId: string; place: Place; seats: string[] };

/**
 * The orders that own seats of this hold, each with all its seats, except the hold's own order. Orders of other drops
 * of the event have no seats here, because those seats have no id in this drop.
 */
export async function ownersOf(
  { db, findTerms }: Pick<Deps, 'db' | 'findTerms'>,
  hold: HeldSeats,
): Promise<Owner[]> {
  return [
    ...(await ownersHere(db, hold)),
    ...(await ownersElsewhere(db, hold.place, await namedSeats(findTerms, hold))),
  ];
}

async function ownersHere(db: Database, { holdId, place, seats }: HeldSeats): Promise<Owner[]> {
  const owning = db('sold_seats')
    .where({ drop_id: place.dropId })
    .whereIn('seat_id', seats)
    .whereNot({ order_id: holdId })
    .distinct('order_id')
    .as('owning');
  const rows: OwnedSeat[] = await db('sold_seats as s')
    .join(owning, 'owning.order_id', 's.order_id')
    .join('orders as o', 'o.id', 's.order_id')
    .select({ orderId: 's.order_id', buyerId: 'o.user_id', seat: 's.seat_id', withheldAt: 's.withheld_at' });
  return [...Map.groupBy(rows, ({ orderId }) => orderId)].flatMap(([orderId, owned]) => {
    const { buyerId } = owned[0]!;
    const seatsOf = (isWithheld: boolean) =>
      owned.filter(({ withheldAt }) => (withheldAt !== null) === isWithheld).map(({ seat }) => seat);
    return ownersOfOrder({ orderId, buyerId, seats: seatsOf(false), withheld: seatsOf(true) });
  });
}

/** An order with the seats it has left, and with its withheld ones, in this order. */
function ownersOfOrder({
  orderId,
  buyerId,
  seats,
  withheld,
}: Omit<Owner, 'withheld'> & { withheld: readonly string[] }): Owner[] {
  const left = seats.length > 0 ? [{ orderId, buyerId, seats }] : [];
  const kept: Owner = { orderId, buyerId, seats: withheld, withheld: left.length > 0 ? 'in_part' : 'wholly' };
  return [...left, ...(withheld.length > 0 ? [kept] : [])];
}

/** The seats that an order has left. */
export async function seatsOwnedBy(db: Database, orderId: string): Promise<string[]> {
  const rows: { seat_id: string }[] = await db('sold_seats')
    .where({ order_id: orderId })
    .whereNull('withheld_at')
    .orderBy('seat_id')
    .select('seat_id');
  return rows.map(({ seat_id }) => seat_id);
}

async function ownersElsewhere(
  db: Database,
  { dropId }: Place,
  seats: readonly NamedSeat[],
): Promise<Owner[]> {
  const rows: { orderId: string; buyerId: number }[] = await db('sold_seats as s')
    .join('orders as o', 'o.id', 's.order_id')
    .whereIn(
      ['s.event_id', 's.section_key', 's.row_label', 's.seat_number'],
      seats.map(({ event_id, section_key, row_label, seat_number }) => [
        event_id,
        section_key,
        row_label,
        seat_number,
      ]),
    )
    .whereNot('s.drop_id', dropId)
    .distinct({ orderId: 's.order_id', buyerId: 'o.user_id' });
  return rows.map((row) => ({ ...row, seats: [] }));
}

/** Gives orders their seats in Redis, ends the hold that lost them, and notifies every buyer concerned. */
export async function followOrders(
  { inventory, announcer }: Pick<Deps, 'inventory' | 'announcer'>,
  place: Place,
  owners: readonly Owner[],
  lost?: LostHold,
): Promise<Followed> {
  const followed = await inventory.followOrders(place, owners, lost);
  await announcer.promoted(place, followed.promoted);
  const ended = lost && (followed.kind === 'ended' || followed.kind === 'noted') ? [lost.buyerId] : [];
  await announcer.tell({
    dropId: place.dropId,
    soldOut: [],
    events: [...ended, ...followed.yielded].map((to) => ({
      to,
      event: 'hold:released',
      entry: { status: 'released', version: followed.version, reason: 'seats_lost' },
    })),
  });
  return followed;
}

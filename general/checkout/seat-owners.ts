/** Who owns seats, as MySQL has it, and Redis brought to say the same. Needed only where an accident made them differ. */
import type { Followed, LostHold, Owner } from '../../shared/inventory/inventory.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { SaleDeps } from '../sale-deps.ts';

type OwnedSeat = { orderId: string; buyerId: number; seat: string };

/** The orders that own seats of this hold, each with all its seats; not the hold's own order. */
export async function ownersOf(
  db: Database,
  { holdId, place, seats }: { holdId: string; place: Place; seats: readonly string[] },
): Promise<Owner[]> {
  const owning = db('sold_seats')
    .where({ drop_id: place.dropId })
    .whereIn('seat_id', [...seats])
    .whereNot({ order_id: holdId })
    .distinct('order_id')
    .as('owning');
  const rows: OwnedSeat[] = await db('sold_seats as s')
    .join(owning, 'owning.order_id', 's.order_id')
    .join('orders as o', 'o.id', 's.order_id')
    .select({ orderId: 's.order_id', buyerId: 'o.user_id', seat: 's.seat_id' });
  return [...Map.groupBy(rows, ({ orderId }) => orderId)].map(([orderId, of]) => ({
    orderId,
    buyerId: of[0]!.buyerId,
    seats: of.map(({ seat }) => seat),
  }));
}

/** Gives orders their seats in Redis, ends the hold that lost them, and tells everybody whom that concerns. */
export async function followOrders(
  { inventory, announcer }: Pick<SaleDeps, 'inventory' | 'announcer'>,
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

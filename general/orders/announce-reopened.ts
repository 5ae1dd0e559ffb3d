import type { Inventory } from '../../shared/inventory/inventory.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import type { Deps } from '../deps.ts';

type Reopened = Awaited<ReturnType<Inventory['reopen']>>;

/** After seats of an order were reopened: tells its buyer what is left, and the buyers in standby who got seats. */
export async function announceReopened(
  { announcer }: Pick<Deps, 'announcer'>,
  place: Place,
  orderId: string,
  result: Reopened,
): Promise<void> {
  if (result.kind === 'released')
    await announcer.promoted(place, result.promoted, { ...result, reason: 'refunded' });
  if (result.kind !== 'reduced') return;
  const { buyerId: to, version, seats } = result;
  // Sent first, as in announcer.promoted: repeating the call would no longer tell it.
  const entry = { status: 'sold' as const, version, seats, orderId };
  await announcer.tell({ dropId: place.dropId, soldOut: [], events: [{ to, event: 'order:paid', entry }] });
  await announcer.promoted(place, result.promoted);
}

import { signCheckoutToken } from '../auth/checkout-token.ts';
import type { EntryState } from '../contract/entries.ts';
import type { Hold } from '../inventory/hold.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { View } from '../inventory/reads.ts';
import type { Place } from '../inventory/keys.ts';
import { partitionOfBuyer } from '../inventory/layout.ts';
import type { KeyList } from '../auth/key-list.ts';
import type { LedgerSource } from '../ledger/read-ledger.ts';
import { readRetiredEntry } from '../ledger/retired-entry.ts';

/** A hold as its buyer sees it, with the token for its checkout. */
export function heldState(place: Place, hold: Hold & { version: number }, checkoutKeys: KeyList): EntryState {
  return {
    status: 'held',
    version: hold.version,
    seats: hold.seats,
    expiresAt: new Date(hold.expiresAt).toISOString(),
    checkoutToken: signCheckoutToken({ ...place, ...hold }, checkoutKeys),
  };
}

/** An entry that got nothing, because no seats were left or because holds of its buyer had lapsed. */
export function soldOutState({ version, refusedUntil }: VersionAndRefusal): EntryState {
  if (refusedUntil === undefined) return { status: 'sold_out', version };
  return {
    status: 'sold_out',
    version,
    reason: 'hold_lapsed',
    retryAt: new Date(refusedUntil).toISOString(),
  };
}

/** A hold that ended unpaid. Entries of its buyer may be refused until `refusedUntil`. */
export function releasedState({ version, refusedUntil }: VersionAndRefusal): EntryState {
  return {
    status: 'released',
    version,
    ...(refusedUntil !== undefined && { retryAt: new Date(refusedUntil).toISOString() }),
  };
}

type VersionAndRefusal = { version: number; refusedUntil?: number | undefined };

/** Until when a payment of a hold can be gone on with; undefined if it cannot. */
export type FindPayBy = (holdId: string) => Promise<Date | undefined>;

/**
 * The present state of a buyer's entry, from Redis or, for a drop that Redis has forgotten, from its ledger (`source`).
 */
export async function readEntryState(
  source: LedgerSource & { inventory: Pick<Inventory, 'view' | 'counts'> },
  drop: { id: number; partitions: number },
  buyerId: number,
  checkoutKeys: KeyList,
  findPayBy?: FindPayBy,
): Promise<EntryState> {
  const { inventory } = source;
  const place = { dropId: drop.id, partition: partitionOfBuyer(buyerId, drop.partitions) };
  const view = await inventory.view(place, buyerId);
  if (view.kind === 'retired') return readRetiredEntry(source, place, buyerId, view.version);
  const state = entryStateOf(place, buyerId, view, checkoutKeys);
  if (view.kind === 'paying' && findPayBy) {
    const payBy = await findPayBy(view.holdId);
    return payBy ? { ...state, payBy: payBy.toISOString() } : state;
  }
  if (state.status !== 'standby') return state;
  const counts = await inventory.counts(drop);
  return counts ? { ...state, mayComeBack: counts.held + counts.paying } : state;
}

/** Turns what Redis knows of a buyer into the state that the buyer sees. */
export function entryStateOf(
  place: Place,
  buyerId: number,
  view: Exclude<View, { kind: 'retired' }>,
  checkoutKeys: KeyList,
): EntryState {
  const { version } = view;
  switch (view.kind) {
    case 'none':
      return { status: 'none', version };
    case 'sold_out':
      return soldOutState(view);
    case 'standby':
      return { status: 'standby', version, position: view.position };
    case 'held':
      return heldState(place, { ...view, buyerId }, checkoutKeys);
    case 'paying':
      return {
        status: 'paying',
        version,
        seats: view.seats,
        expiresAt: new Date(view.expiresAt).toISOString(),
        // Its time may be over: Redis decides about a hold in payment, not the token.
        checkoutToken: signCheckoutToken({ ...place, ...view, buyerId }, checkoutKeys),
      };
    case 'sold':
      return { status: 'sold', version, seats: view.seats, orderId: view.holdId };
    case 'released':
      return { ...releasedState(view), ...(view.reason && { reason: view.reason }) };
  }
}

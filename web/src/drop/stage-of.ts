/** The buyer's stage in a drop: what the page shows at this moment. */
import type { DropState, Entry, Phase, ReleaseReason } from '../api/types.ts';
import { isDecided, type QueuedEntry } from './queued-entry.ts';

export type Stage =
  /** The state of the drop or of this buyer's entry is not known yet. */
  | { kind: 'loading' }
  | { kind: 'waiting' }
  | { kind: 'open' }
  /** Sold out. `missed`: this buyer had entered and got nothing. */
  | { kind: 'gone'; missed: boolean }
  | { kind: 'queued'; quantity: number; at: number }
  /** The buyer can pay until `expiresAt`. */
  | {
      kind: 'held';
      seats: string[];
      expiresAt: number;
      checkoutToken: string;
      /** A payment has begun and waits for the buyer, on this device or another one. */
      hasBegun: boolean;
      /** A card was sent from this page, and has no answer yet. */
      isBeingPaid: boolean;
    }
  /** The payment provider decides; there is nothing that the buyer can do. */
  | { kind: 'paying'; seats: string[] }
  | { kind: 'standby'; position: number | undefined; mayComeBack: number | undefined }
  | { kind: 'paid'; seats: string[]; orderId: string | undefined }
  /** `retryAt`: until then another entry is refused, because a hold has lapsed; undefined if it is not. */
  | {
      kind: 'released';
      reason: ReleaseReason | undefined;
      canTryAgain: boolean;
      retryAt: number | undefined;
    }
  /** This buyer entered too soon after a hold that lapsed. */
  | { kind: 'refused'; retryAt: number }
  | { kind: 'paused' }
  | { kind: 'closed' }
  | { kind: 'cancelled' };

export type Known = {
  phase: Phase;
  state: DropState | undefined;
  entry: Entry | undefined;
  queued: QueuedEntry | undefined;
  isLoading?: boolean;
  isBeingPaid?: boolean;
  isUndecided?: boolean;
  now: number;
};

export function stageOf({
  phase,
  state,
  entry,
  queued,
  isLoading = false,
  isBeingPaid = false,
  isUndecided = false,
  now,
}: Known): Stage {
  if (queued && !(entry && isDecided(queued, entry, now)) && phase !== 'cancelled') {
    return { kind: 'queued', quantity: queued.quantity, at: queued.at };
  }
  switch (entry?.status) {
    case 'held':
      return heldUntil(entry.expiresAt, entry, isBeingPaid);
    case 'paying':
      if (entry.payBy !== undefined && !isUndecided) return heldUntil(entry.payBy, entry, isBeingPaid);
      return { kind: 'paying', seats: entry.seats ?? [] };
    case 'sold':
      return { kind: 'paid', seats: entry.seats ?? [], orderId: entry.orderId };
    case 'standby':
      if (phase === 'cancelled') break;
      // Standby ended with the drop; the server's message is on its way.
      if (phase === 'closed')
        return { kind: 'released', reason: 'closed', canTryAgain: false, retryAt: undefined };
      return {
        kind: 'standby',
        position: entry.position,
        mayComeBack: entry.mayComeBack ?? state?.held,
      };
    case 'released':
      if (phase === 'cancelled') break;
      return {
        kind: 'released',
        reason: entry.reason === 'hold_lapsed' ? undefined : entry.reason,
        canTryAgain: phase === 'open' && state?.soldOut !== true,
        retryAt: stillToCome(entry, now),
      };
    case 'sold_out':
      if (entry.reason === 'hold_lapsed') {
        const retryAt = stillToCome(entry, now);
        if (phase === 'open' && state?.soldOut !== true && retryAt !== undefined)
          return { kind: 'refused', retryAt };
        break;
      }
      // Seats came back, so another entry can succeed.
      if (phase === 'open' && state?.soldOut === false && state.free > 0) return { kind: 'open' };
      if (phase === 'open') return { kind: 'gone', missed: true };
      break;
    case 'none':
    case undefined:
      break;
  }
  // The stages below are known only with the drop's state and, for a buyer, the entry.
  if (isLoading) return { kind: 'loading' };
  switch (phase) {
    case 'scheduled':
      return { kind: 'waiting' };
    case 'open':
      return state?.soldOut ? { kind: 'gone', missed: false } : { kind: 'open' };
    case 'paused':
    case 'closed':
    case 'cancelled':
      return { kind: phase };
  }
}

function heldUntil(time: string | undefined, entry: Entry, isBeingPaid: boolean): Stage {
  return {
    kind: 'held',
    seats: entry.seats ?? [],
    expiresAt: Date.parse(time ?? ''),
    checkoutToken: entry.checkoutToken ?? '',
    hasBegun: entry.status === 'paying',
    isBeingPaid,
  };
}

function stillToCome({ retryAt }: Entry, now: number): number | undefined {
  const time = Date.parse(retryAt ?? '');
  return time > now ? time : undefined;
}

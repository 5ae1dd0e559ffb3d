/** Twin of claim.lua: a batch of entries goes in, one outcome for each comes out, in the same order. */
import { decodeSeats, type HoldToTime, type NewHold } from './hold.ts';
import type { Place } from './keys.ts';
import { entryIdOf } from './entry-id.ts';
import { unexpected, UnexpectedReply, type Reply } from './script.ts';
import type { Store } from './store.ts';

export type Batch = {
  id: string;
  /** `buyer:quantity,...` as the publisher wrote it; passed to Redis unchanged. */
  packed: string;
  /** `CHANNEL.NUMBER` of the batch, see entry-batch.ts. Without it only the latest 512 batches are recognized. */
  sent?: string;
};

export type Outcome =
  | { kind: 'held'; hold: NewHold }
  | { kind: 'standby'; buyerId: number; entryId: string; position: number }
  /** `refusedUntil` (ms since 1970, by Redis): refused because holds of this buyer lapsed, not for lack of seats. */
  | { kind: 'sold_out'; buyerId: number; refusedUntil?: number }
  /** The buyer's earlier entry counts: its hold, its place in standby, or its end (only if the batch came twice). */
  | { kind: 'duplicate'; buyerId: number; entryId: string; state: 'hold' | 'standby' | 'ended' };

export type ClaimResult =
  | {
      kind: 'decided';
      decidedAt: number;
      /** The version of the partition after the batch; 0 in ledgers that were written before versions existed. */
      version: number;
      outcomes: Outcome[];
    }
  /**
   * Nothing was done: it was decided so long ago that the outcomes are forgotten. `view` says what its buyers have.
   * `holds`: those of its holds that are still held and not being paid.
   */
  | { kind: 'decided_before'; holds: HoldToTime[] }
  /** Nothing was decided: `missing` seats would have to be borrowed from other partitions first. */
  | { kind: 'short'; missing: number; partitions: number }
  /** The drop's seats are not in Redis (yet, or any more). */
  | { kind: 'not_stocked' }
  /** Nothing was decided: neither was the batch named in `after`. */
  | { kind: 'out_of_turn' };

export type ClaimOptions = {
  mayBorrow: boolean;
  /** The batch before this one, if both are sent at once: if that one is not decided, neither is this one. */
  after?: Pick<Batch, 'id' | 'sent'> | undefined;
};

export type Claim = (place: Place, batch: Batch, options: ClaimOptions) => Promise<ClaimResult>;

export function createClaim({ script, noteLate }: Store): Claim {
  const claim = script('claim');
  return async (place, batch, { mayBorrow, after }) => {
    const { id, packed, sent = '' } = batch;
    const before = [after?.id ?? '', after?.sent ?? ''];
    for (;;) {
      const reply = await claim(place, id, packed, mayBorrow ? '1' : '0', sent, ...before);
      // Before anybody is told, and again whenever the batch is redelivered.
      if (reply[0] === 'decided' && reply[2] === 'over') await noteLate(place.dropId);
      // The sweeper tells the buyers who were promoted.
      if (reply[0] !== 'promoting') return decode(reply, batch);
    }
  };
}

function decode(reply: Reply, batch: Batch): ClaimResult {
  const [outcome, detail, more] = reply;
  if (outcome === 'decided') return { kind: 'decided', ...decodeOutcomes(String(detail), batch) };
  if (outcome === 'decided_before')
    return { kind: outcome, holds: decodeLive(Number(detail), reply.slice(2)) };
  if (outcome === 'short') return { kind: 'short', missing: Number(detail), partitions: Number(more) };
  if (outcome === 'not_stocked' || outcome === 'out_of_turn') return { kind: outcome };
  throw unexpected('claim', reply);
}

/** `heldAt` is computed from today's hold time. If that was another one then, the timer is off, which does no harm. */
function decodeLive(holdMs: number, packed: readonly unknown[]): HoldToTime[] {
  return packed.map((text) => {
    const [holdId = '', expiresAt] = String(text).split('|');
    return { holdId, expiresAt: Number(expiresAt), heldAt: Number(expiresAt) - holdMs };
  });
}

/** Also for readers of the ledger: its claim records have the same text. */
export function decodeOutcomes(
  text: string,
  batch: Batch,
): { decidedAt: number; version: number; outcomes: Outcome[] } {
  const [decidedAt, expiresAt, list = '', stamped = '0'] = text.split('|');
  const version = Number(stamped);
  const buyers = batch.packed.split(',').map((entry) => Number.parseInt(entry, 10));
  const outcomes: Outcome[] = [];
  const nextBuyer = () => {
    const buyerId = buyers[outcomes.length];
    if (buyerId === undefined)
      throw new UnexpectedReply('claim.lua gave more outcomes than there were entries');
    return buyerId;
  };
  for (const code of list === '' ? [] : list.split(',')) {
    const rest = code.slice(1);
    switch (code.charAt(0)) {
      case 'x':
        for (let count = Number(rest); count > 0; count -= 1) {
          outcomes.push({ kind: 'sold_out', buyerId: nextBuyer() });
        }
        break;
      case 'l':
        outcomes.push({ kind: 'sold_out', buyerId: nextBuyer(), refusedUntil: Number(rest) });
        break;
      case 'h': {
        const holdId = entryIdOf(batch.id, outcomes.length);
        const hold = { holdId, buyerId: nextBuyer(), seats: decodeSeats(rest), expiresAt: Number(expiresAt) };
        outcomes.push({ kind: 'held', hold: { ...hold, heldAt: Number(decidedAt), version } });
        break;
      }
      case 's': {
        const entryId = entryIdOf(batch.id, outcomes.length);
        outcomes.push({ kind: 'standby', buyerId: nextBuyer(), entryId, position: Number(rest) });
        break;
      }
      case 'd': {
        const state = rest[0] === 'H' ? 'hold' : rest[0] === 'W' ? 'standby' : 'ended';
        outcomes.push({ kind: 'duplicate', buyerId: nextBuyer(), entryId: rest.slice(1), state });
        break;
      }
      default:
        throw new UnexpectedReply(`claim.lua gave an unexpected outcome: ${code}`);
    }
  }
  if (outcomes.length !== buyers.length)
    throw new UnexpectedReply('claim.lua gave fewer outcomes than there were entries');
  return { decidedAt: Number(decidedAt), version, outcomes };
}

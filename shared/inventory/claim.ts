/** Twin of claim.lua: a batch of entries goes in, one outcome for each comes out, in the same order. */
import { decodeSeats, type HoldToTime, type NewHold } from './hold.ts';
import type { Place } from './keys.ts';
import { entryIdOf } from './entry-id.ts';
import { unexpected, UnexpectedReply, type Reply } from './script.ts';
import type { Store } from './store.ts';

export type Batch = {
  id: string;
  /** `buyer:quantity,...` as the publisher wrote it; Redis gets it as it is. */
  packed: string;
  /** `CHANNEL.NUMBER` of the batch, see entry-batch.ts. Without it only the latest 512 batches are known again. */
  sent?: string;
};

export type Outcome =
  | { kind: 'held'; hold: NewHold }
  | { kind: 'standby'; buyerId: number; entryId: string; position: number }
  /** `refusedUntil`: refused because holds of this buyer lapsed, not because seats are missing; ms since 1970, by Redis. */
  | { kind: 'sold_out'; buyerId: number; refusedUntil?: number }
  /** The buyer's earlier entry counts: its hold, its place in standby, or (decided twice only) its end. */
  | { kind: 'duplicate'; buyerId: number; entryId: string; of: 'hold' | 'standby' | 'ended' };

export type ClaimResult =
  | {
      kind: 'decided';
      decidedAt: number;
      /** As of which buyers got these outcomes; 0 in ledgers from before there were versions. */
      version: number;
      outcomes: Outcome[];
    }
  /**
   * Nothing was done: it was decided so long ago that what came of it is forgotten. `view` says how its buyers stand.
   * `holds`: those of its holds that live and are not being paid.
   */
  | { kind: 'decided_before'; holds: HoldToTime[] }
  /** Nothing was decided: so many seats would have to be borrowed from other partitions first. */
  | { kind: 'short'; missing: number; partitions: number }
  /** The drop's seats are not in Redis (yet, or any more). */
  | { kind: 'not_stocked' }
  /** Nothing was decided: neither was the batch named in `after`. */
  | { kind: 'out_of_turn' };

export type ClaimOptions = {
  mayBorrow: boolean;
  /** The batch before this one, if both are sent at once: what was not decided then is not overtaken. */
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
      // Before anybody is told, and again each time the batch comes.
      if (reply[0] === 'decided' && reply[2] === 'over') await noteLate(place.dropId);
      // Their buyers are told by the sweeper.
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

/** A timer of today's length does no harm where the drop's hold time was another one: its hold is looked at then. */
function decodeLive(holdMs: number, packed: readonly unknown[]): HoldToTime[] {
  return packed.map((text) => {
    const [holdId = '', expiresAt] = String(text).split('|');
    return { holdId, expiresAt: Number(expiresAt), heldAt: Number(expiresAt) - holdMs };
  });
}

/** Also for readers of the ledger, whose claim records hold the same text. */
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
        const of = rest[0] === 'H' ? 'hold' : rest[0] === 'W' ? 'standby' : 'ended';
        outcomes.push({ kind: 'duplicate', buyerId: nextBuyer(), entryId: rest.slice(1), of });
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

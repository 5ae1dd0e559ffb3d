/** What the scripts write into a partition's ledger (`ledger(...)` in prelude.lua and its callers), for its readers. */
import type { Cluster } from 'ioredis';
import { decodeOutcomes, type Outcome } from './claim.ts';
import { decodeSeats } from './hold.ts';
import type { Keys, Place } from './keys.ts';
import { decodeReleaseReason, type ReleaseReason } from './release-reason.ts';

export type LedgerRecord = {
  /** Of the stream: grows from record to record. */
  id: string;
  /** Milliseconds since 1970, by the clock of Redis. */
  at: number;
} & (
  | { kind: 'stock'; seats: number }
  | { kind: 'claim'; outcomes: Outcome[] }
  | { kind: 'promote' | 'retake' | 'sold' | 'refund'; holdId: string; buyerId: number; seats: string[] }
  | { kind: 'release'; holdId: string; buyerId: number; seats: string[]; reason: ReleaseReason | undefined }
  | { kind: 'leave' | 'paying' | 'declined'; holdId: string; buyerId: number }
  | { kind: 'lend' | 'borrow'; seats: string[] }
  | { kind: 'cancel' }
);

/** Records read at a time; a claim may stand for some hundred entries. */
const portion = 200;

/** The next records after the one with the id `after`, oldest first; none when there are no more. */
export async function readLedger(
  redis: Cluster,
  keys: Keys,
  place: Place,
  after: string | undefined,
): Promise<LedgerRecord[]> {
  const from = after === undefined ? '-' : `(${after}`;
  const records = await redis.xrange(keys.key(place, 'ledger'), from, '+', 'COUNT', portion);
  return records.map(([id, fields]) => decode(id, fields));
}

function decode(id: string, list: readonly string[]): LedgerRecord {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < list.length; index += 2) fields[list[index]!] = list[index + 1]!;
  const { t: kind, h: holdId = '', u, s, n, b = '', e = '', r = '', why } = fields;
  const common = { id, at: Number.parseInt(id, 10) };
  const hold = { holdId, buyerId: Number(u) };
  switch (kind) {
    case 'stock':
      return { ...common, kind, seats: Number(n) };
    case 'claim':
      return { ...common, kind, outcomes: decodeOutcomes(r, { id: b, packed: e }).outcomes };
    case 'promote':
    case 'retake':
    case 'sold':
    case 'refund':
      return { ...common, kind, ...hold, seats: decodeSeats(s) };
    case 'release':
      return { ...common, kind, ...hold, seats: decodeSeats(s), reason: decodeReleaseReason(why) };
    case 'leave':
    case 'paying':
    case 'declined':
      return { ...common, kind, ...hold };
    case 'lend':
    case 'borrow':
      return { ...common, kind, seats: decodeSeats(s) };
    case 'cancel':
      return { ...common, kind };
    case undefined:
    default:
      throw new Error(`the ledger has an unexpected record: ${String(kind)}`);
  }
}

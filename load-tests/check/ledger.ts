/** The ledger of a partition as a story: what the scripts wrote (see `ledger(...)` in shared/inventory/*.lua), decoded. */
import type { Cluster } from 'ioredis';
import { decodeOutcomes, type Batch, type Outcome } from '../../shared/inventory/claim.ts';
import { decodeSeats } from '../../shared/inventory/hold.ts';
import type { Keys, Place } from '../../shared/inventory/keys.ts';

export type Event =
  | { kind: 'stock'; seats: number }
  | { kind: 'claim'; batch: Batch; decidedAt: number; outcomes: Outcome[] }
  | { kind: 'retake'; holdId: string; buyerId: number; seats: string[]; expiresAt: number }
  | { kind: 'paying'; holdId: string; buyerId: number; attempt: number }
  | { kind: 'declined'; holdId: string; buyerId: number; attempt: number }
  | { kind: 'sold'; holdId: string; buyerId: number; seats: string[] }
  | { kind: 'release'; holdId: string; buyerId: number; seats: string[]; why: string }
  | { kind: 'promote'; holdId: string; buyerId: number; seats: string[]; expiresAt: number }
  | { kind: 'leave'; holdId: string; buyerId: number }
  | { kind: 'refund'; holdId: string; buyerId: number; seats: string[] }
  | { kind: 'lend'; transfer: string; to: number; seats: string[] }
  | { kind: 'borrow'; transfer: string; seats: string[] }
  | { kind: 'cancel' };

/** `id` is Redis's: milliseconds since 1970, then a number within the millisecond. */
export type LedgerRecord = { id: string; at: number; event: Event };

const portion = 1_000;

/** All records of a partition, in order. Throws at one that no script writes. */
export async function* readLedger(redis: Cluster, keys: Keys, place: Place): AsyncGenerator<LedgerRecord> {
  const key = keys.key(place, 'ledger');
  let from = '-';
  for (;;) {
    const entries = await redis.xrange(key, from, '+', 'COUNT', portion);
    for (const [id, fields] of entries) yield decodeRecord(id, fields);
    const last = entries.at(-1);
    if (!last || entries.length < portion) return;
    from = `(${last[0]}`;
  }
}

export function decodeRecord(id: string, fields: readonly string[]): LedgerRecord {
  const record = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) record.set(fields[at]!, fields[at + 1]!);
  const text = (name: string): string => {
    const value = record.get(name);
    if (value === undefined) throw new Error(`ledger record ${id} lacks ${name}`);
    return value;
  };
  return { id, at: Number.parseInt(id, 10), event: decodeEvent(id, text) };
}

function decodeEvent(id: string, text: (name: string) => string): Event {
  const number = (name: string) => Number(text(name));
  const who = () => ({ holdId: text('h'), buyerId: number('u') });
  const seats = () => decodeSeats(text('s'));
  const kind = text('t');
  switch (kind) {
    case 'stock':
      return { kind, seats: number('n') };
    case 'claim': {
      const batch = { id: text('b'), packed: text('e') };
      return { kind, batch, ...decodeOutcomes(text('r'), batch) };
    }
    case 'retake':
    case 'promote':
      return { kind, ...who(), seats: seats(), expiresAt: number('x') };
    case 'paying':
    case 'declined':
      return { kind, ...who(), attempt: number('a') };
    case 'sold':
    case 'refund':
      return { kind, ...who(), seats: seats() };
    case 'release':
      return { kind, ...who(), seats: seats(), why: text('why') };
    case 'leave':
      return { kind, ...who() };
    case 'lend':
      return { kind, transfer: text('b'), to: number('to'), seats: seats() };
    case 'borrow':
      return { kind, transfer: text('b'), seats: seats() };
    case 'cancel':
      return { kind };
    default:
      throw new Error(`ledger record ${id} is of an unknown kind: ${kind}`);
  }
}

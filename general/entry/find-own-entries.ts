/**
 * Finds a buyer's entries over all drops. Entries are kept by drop, in Redis as long as it is on sale and in the
 * archived ledger afterwards, so every recent drop is asked for this buyer's entry
 * (docs/decisions/045-entries-over-all-drops.md says why there is no list by buyer).
 *
 * The drops are first asked without waiting for replicas, which is cheap, and only those in which the buyer has an
 * entry are then asked for what may be told. They are asked in portions, node by node: a node that does not answer
 * costs one portion and `patienceMs`, and its drops are left out.
 */
import type { EntryState } from '../../shared/contract/entries.ts';
import type { View } from '../../shared/inventory/reads.ts';
import { readEntryState } from '../../shared/messages/entry-state.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { inTime } from '../../shared/tier/in-time.ts';
import type { Log } from '../../shared/tier/log.ts';
import type { Deps } from '../deps.ts';
import { placeOf, type RecentDrop, type RecentDrops } from './recent-drops.ts';
import { createFindPayBy } from './show-entry.ts';

export type FindDeps = Pick<Deps, 'db' | 'inventory' | 'checkoutKeys'> & { log: Log };

export type FoundEntry = { dropId: number; state: EntryState };

/** Drops of one node that are asked at a time. */
const portion = 64;
/** Milliseconds that a portion of drops, and an entry that was found, has to be answered. */
const patienceMs = 1_000;
/** Entries that the buyer waits for or has to act on, and entries that ended. */
const maxPending = 100;
const maxEnded = 20;

const pendingKinds: ReadonlySet<string> = new Set<View['kind']>(['held', 'paying', 'standby']);

/** Entries without those that became orders. Those that ended come last, the drop that opened last first. */
export async function findOwnEntries(
  deps: FindDeps,
  drops: RecentDrops,
  buyerId: number,
): Promise<{ entries: FoundEntry[]; isComplete: boolean }> {
  const [inRedis, inLedger] = await Promise.all([
    glimpseAll(deps, drops.inRedis, buyerId),
    archivedEntries(deps.db, drops.retired, buyerId),
  ]);
  const { pending = [], ended = [] } = Object.groupBy(inRedis.found, ({ kind }) =>
    pendingKinds.has(kind) ? 'pending' : 'ended',
  );
  const candidates = [
    ...pending.slice(0, maxPending).map(({ drop }) => drop),
    ...[...ended.map(({ drop }) => drop), ...inLedger]
      .toSorted((a, b) => b.opens_at.getTime() - a.opens_at.getTime())
      .slice(0, maxEnded),
  ];
  const states = await Promise.all(candidates.map((drop) => readState(deps, drop, buyerId)));
  const entries = candidates.flatMap(({ id }, index) => {
    const state = states[index];
    return state && isListed(state) ? [{ dropId: id, state }] : [];
  });
  return {
    entries,
    isComplete:
      inRedis.isComplete && !drops.isCut && pending.length <= maxPending && !states.includes(undefined),
  };
}

/** What was bought or refunded is in the list of orders. */
const isListed = ({ status, reason }: EntryState) =>
  status !== 'none' && status !== 'sold' && reason !== 'refunded';

type Glimpsed = { drop: RecentDrop; kind: View['kind'] };

async function glimpseAll(
  { inventory, log }: FindDeps,
  drops: readonly RecentDrop[],
  buyerId: number,
): Promise<{ found: Glimpsed[]; isComplete: boolean }> {
  const kinds = new Map<number, View['kind']>();
  const glimpse = async (drop: RecentDrop) => {
    const view = await inventory.glimpse(placeOf(drop, buyerId), buyerId);
    const isOrder = view.kind === 'sold' || ('reason' in view && view.reason === 'refunded');
    kinds.set(drop.id, isOrder ? 'none' : view.kind);
  };
  const askLane = async (lane: readonly RecentDrop[]) => {
    for (let at = 0; at < lane.length; at += portion) {
      const asked = lane.slice(at, at + portion).map(glimpse);
      await inTime(Promise.all(asked), patienceMs);
    }
  };
  const lanes = Map.groupBy(drops, (drop) => inventory.nodesOf([placeOf(drop, buyerId)]));
  const asked = await Promise.allSettled([...lanes.values()].map(askLane));
  for (const each of asked) {
    if (each.status === 'rejected')
      log.warn({ err: each.reason }, 'left out of a list of entries: some drops');
  }
  const found = drops.flatMap((drop) => {
    const kind = kinds.get(drop.id);
    return kind === undefined || kind === 'none' ? [] : [{ drop, kind }];
  });
  return { found, isComplete: asked.every(({ status }) => status === 'fulfilled') };
}

/** Those of these drops whose archived ledger has a record of the buyer. One range of the index for each drop. */
async function archivedEntries(
  db: Database,
  drops: readonly RecentDrop[],
  buyerId: number,
): Promise<RecentDrop[]> {
  if (drops.length === 0) return [];
  const rows: { drop_id: number }[] = await db('ledger_buyers')
    .whereIn(
      'drop_id',
      drops.map(({ id }) => id),
    )
    .where({ user_id: buyerId })
    .select('drop_id');
  const ids = new Set(rows.map(({ drop_id }) => drop_id));
  return drops.filter(({ id }) => ids.has(id));
}

/** As GET /api/drops/:id/entry answers it; undefined if it cannot be read in time. */
async function readState(
  { db, inventory, checkoutKeys, log }: FindDeps,
  drop: RecentDrop,
  buyerId: number,
): Promise<EntryState | undefined> {
  const state = readEntryState({ db, inventory }, drop, buyerId, checkoutKeys, createFindPayBy(db));
  return inTime(state, patienceMs).catch((error: unknown) => {
    log.warn({ err: error, dropId: drop.id }, 'left out of a list of entries');
    return undefined;
  });
}

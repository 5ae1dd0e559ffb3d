/**
 * Keeps current drops from MySQL in memory, so that no request for a drop's terms waits for MySQL. A change is known in
 * every process a moment later. While MySQL is away, the last known terms stay in force.
 */
import type { Log } from '../tier/log.ts';
import { startLoop } from '../tier/loop.ts';
import type { Database } from '../mysql/connect.ts';
import { loadDrops, type Drop } from './drop.ts';

export type FollowedDrops = {
  /** Undefined for a drop that is unknown, was created just now, or closed long ago. */
  get: (dropId: number) => Drop | undefined;
  all: () => Iterable<Drop>;
  /** Whether the drops have been read at least once. */
  loaded: () => boolean;
  /** Reads the changes now. */
  refresh: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Milliseconds between two polls: a pause is in force everywhere within half a second. */
const pollMs = 250;
/** Milliseconds between two reads of the whole list. */
const listIntervalMs = 60_000;
/** How far back a poll looks. A change becomes visible when its transaction ends, at worst after a long lock wait. */
const lookBackSeconds = 90;
/** Milliseconds for which closed drops are kept, so that the answer is "closed" rather than "unknown". */
const keepMs = 86_400_000;

export function followDrops(db: Database, log: Log): FollowedDrops {
  let known = new Map<number, { version: string; drop: Drop }>();
  let listedAt = -Infinity;

  // Only drops whose row changed are read completely; MySQL itself sets `updated_at` at every change. All drops are
  // listed only once a minute, so that unchanged drops cost little.
  const refresh = async () => {
    const askedAt = performance.now();
    const listsAll = askedAt - listedAt >= listIntervalMs;
    const query = db('drops')
      .where('closes_at', '>', new Date(Date.now() - keepMs))
      .select('id', db.raw('cast(updated_at as char) as version'));
    if (!listsAll) void query.whereRaw('updated_at > now(6) - interval ? second', [lookBackSeconds]);
    const rows = (await query) as { id: number; version: string }[];
    const changed = rows.filter(({ id, version }) => known.get(id)?.version !== version);
    const fresh = new Map(
      changed.length === 0
        ? []
        : (await loadDrops(db, { ids: changed.map(({ id }) => id) })).map((drop) => [drop.id, drop]),
    );
    const next: typeof known = new Map(listsAll ? [] : known);
    for (const { id, version } of rows) {
      const drop = fresh.get(id) ?? known.get(id)?.drop;
      if (drop) next.set(id, { version, drop });
    }
    known = next;
    if (listsAll) listedAt = askedAt;
  };
  const loop = startLoop('follow drops', pollMs, log, refresh);

  return {
    get: (dropId) => known.get(dropId)?.drop,
    all: () => [...known.values()].map(({ drop }) => drop),
    loaded: () => listedAt > -Infinity,
    refresh,
    stop: loop.stop,
  };
}

/**
 * The drops that may matter now, as MySQL has them, in memory: nobody who needs a drop's terms waits for MySQL, and a
 * change is known everywhere a moment later. While MySQL is away what was known stays in force.
 */
import type { Log } from '../tier/log.ts';
import { startLoop } from '../tier/loop.ts';
import type { Database } from '../mysql/connect.ts';
import { loadDrops, type Drop } from './drop.ts';

export type FollowedDrops = {
  /** Undefined for a drop that is unknown, was made this very moment, or closed long ago. */
  get: (dropId: number) => Drop | undefined;
  all: () => Iterable<Drop>;
  /** Whether they have been read at least once. */
  loaded: () => boolean;
  /** Resolves after a fresh look. */
  refresh: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Milliseconds between two looks: a pause is in force everywhere within half a second. */
const pollMs = 250;
/** Milliseconds between two lists of all of them. */
const listEveryMs = 60_000;
/** A change is in the table when its transaction ends: after the longest wait for a lock, if need be. */
const changedWithinSeconds = 90;
/** Closed drops are remembered for a while, to say "closed" rather than "unknown". */
const keepMs = 86_400_000;

export function followDrops(db: Database, log: Log): FollowedDrops {
  let known = new Map<number, { version: string; drop: Drop }>();
  let listedAt = -Infinity;

  // Only drops whose row changed are read whole; `updated_at` is set by MySQL itself at every change. All are listed but
  // now and then: nobody should pay for drops that nothing happens to.
  const refresh = async () => {
    const askedAt = performance.now();
    const listsAll = askedAt - listedAt >= listEveryMs;
    const query = db('drops')
      .where('closes_at', '>', new Date(Date.now() - keepMs))
      .select('id', db.raw('cast(updated_at as char) as version'));
    if (!listsAll) void query.whereRaw('updated_at > now(6) - interval ? second', [changedWithinSeconds]);
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

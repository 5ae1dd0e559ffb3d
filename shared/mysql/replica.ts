/**
 * The read replica, and whether it keeps up. Every second a row is written on the primary and looked for on the
 * replica: that a row arrives shows what a status only claims, on every kind of server and with no rights but to read.
 * Both times are the primary's own, so no clocks are compared, and while the primary is away nothing is behind it.
 */
import type { Knex } from 'knex';
import type { Log } from '../tier/log.ts';
import { startLoop } from '../tier/loop.ts';
import { connectMysql, type Database } from './connect.ts';

export type Replica = {
  db: Database;
  /** As far as is known: while the primary is away nothing is behind it. */
  keepsUp: () => boolean;
  /** The primary was heard of just now, so what is known is all there is to know. */
  isCompared: () => boolean;
  /** Seconds behind the primary, to about two; of when it was last seen, if it is away. */
  lagSeconds: () => number;
  /** A query failed on it: it is not used until it is seen to be well again. */
  failed: (error: unknown) => void;
  stop: () => Promise<void>;
};

const everyMs = 1_000;
/** Several processes write the beat: a younger one is left as it is. Microseconds. */
const youngMicroseconds = 900_000;
/** Beats are no further apart; seconds. Where they are, nobody can write one, and the clock stands for them. */
const beatsApart = 2;
/** What was seen of either counts for so long, should looking take longer. */
const trustMs = 5_000;
/** What a query may take on the replica, whose answer is then asked of the primary; and one for the beat. */
const patienceMs = 3_000;

/**
 * Seconds after which a replica that keeps up and is compared surely has what was committed: it may be so far behind
 * what was known of the primary up to `trustMs` ago, and beats are up to two seconds apart. Rounded up.
 */
export function surelyReplicatedAfter(maxLagSeconds: number): number {
  return maxLagSeconds + 10;
}

export function watchReplica(options: {
  primary: Database;
  url: string;
  maxLagSeconds: number;
  log: Log;
}): Replica {
  const { primary, maxLagSeconds, log } = options;
  const db = connectMysql(options.url, { waitMs: patienceMs });
  // knex then gives the connection up, so that none that hangs stays in the pool.
  db.on('start', (query: Knex.QueryBuilder) => void query.timeout(patienceMs));
  /** Milliseconds since 1970 by the primary's clock; on the replica, and the newest known to be committed. */
  let arrived: number | undefined;
  let newest: number | undefined;
  /** When each was asked for what is known of it. */
  let arrivedAt = -Infinity;
  let newestAt = -Infinity;
  let isWell = false;
  let told: boolean | undefined;

  const lagSeconds = () => Math.max(0, (newest ?? 0) - (arrived ?? newest ?? 0)) / 1_000;
  const keepsUp = () =>
    isWell &&
    arrived !== undefined &&
    newest !== undefined &&
    performance.now() - arrivedAt < trustMs &&
    lagSeconds() <= maxLagSeconds;
  const tell = (error?: unknown) => {
    const now = keepsUp();
    // At first there is nothing to compare with.
    if (now === told || (newest === undefined && error === undefined)) return;
    told = now;
    const why = { lagSeconds: lagSeconds(), hasBeat: arrived !== undefined, err: error };
    if (now) log.info(why, 'lists are read from the replica');
    else log.warn(why, 'lists are read from the primary: the replica is away or too far behind');
  };

  const beats = startLoop('replication beat', everyMs, log, async () => {
    const askedAt = performance.now();
    newest = await readNewest(primary);
    newestAt = askedAt;
    await beat(primary);
  });
  const looks = startLoop('replica', everyMs, log, async () => {
    try {
      const askedAt = performance.now();
      arrived = await readBeat(db);
      arrivedAt = askedAt;
      isWell = true;
      tell();
    } catch (error) {
      isWell = false;
      tell(error);
    }
  });

  return {
    db,
    keepsUp,
    isCompared: () => performance.now() - newestAt < trustMs,
    lagSeconds,
    failed(error) {
      isWell = false;
      tell(error);
    },
    async stop() {
      await Promise.all([beats.stop(), looks.stop()]);
      await db.destroy();
    },
  };
}

async function readBeat(db: Database): Promise<number | undefined> {
  const row = await db<{ id: number; beat_at: Date }>('replication_beat').where({ id: 1 }).first();
  return row?.beat_at.getTime();
}

async function readNewest(primary: Database): Promise<number | undefined> {
  const row = await primary('replication_beat')
    .where({ id: 1 })
    .first<{ newest: Date } | undefined>(
      primary.raw('greatest(beat_at, utc_timestamp(3) - interval ? second) as newest', [beatsApart]),
    )
    .timeout(patienceMs);
  return row?.newest.getTime();
}

/** Leaves a young beat alone, and mends one that a clock put back has left in the future. */
async function beat(primary: Database): Promise<void> {
  const query = `insert into replication_beat (id, beat_at) values (1, utc_timestamp(3)) on duplicate key update beat_at =
    if(beat_at between utc_timestamp(3) - interval ? microsecond and utc_timestamp(3), beat_at, utc_timestamp(3))`;
  await primary.raw(query, [youngMicroseconds]).timeout(patienceMs);
}

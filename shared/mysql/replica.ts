/**
 * The read replica, and whether it keeps up. Every second a row (the beat) is written on the primary and read on the
 * replica. A row that arrives proves what a replication status only claims; this works on every kind of server and
 * needs only the right to read. Both times are the primary's own, so no clocks are compared, and while the primary is
 * away the replica is not behind it.
 */
import type { Knex } from 'knex';
import type { Log } from '../tier/log.ts';
import { startLoop } from '../tier/loop.ts';
import { connectMysql, type Database } from './connect.ts';

export type Replica = {
  db: Database;
  /** Whether its known lag is within the limit. While the primary is away, the known lag does not grow. */
  keepsUp: () => boolean;
  /** Whether the primary has answered recently, so that the known lag is current. */
  isCompared: () => boolean;
  /** Seconds behind the primary, accurate to about two; the last known value while the replica is away. */
  lagSeconds: () => number;
  /** Call it if a query on the replica failed: it is not used until the next successful check. */
  failed: (error: unknown) => void;
  stop: () => Promise<void>;
};

const beatIntervalMs = 1_000;
/** Several processes write the beat; one that is younger than this is not replaced. */
const minBeatAgeMicroseconds = 900_000;
/** Beats are at most this far apart. If the last beat is older, none could be written, and the clock replaces it. */
const maxBeatIntervalSeconds = 2;
/** Milliseconds for which a measurement counts if the next one takes longer. */
const trustMs = 5_000;
/**
 * Milliseconds that a query on the replica may take before the primary is asked instead; also for queries of the beat.
 */
const patienceMs = 3_000;

/**
 * Seconds after which a replica that keeps up and is compared certainly has a committed write: its allowed lag, plus
 * `trustMs` since the primary was last read, plus two seconds between beats, rounded up.
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
  // After the timeout knex discards the connection, so that no hanging connection stays in the pool.
  db.on('start', (query: Knex.QueryBuilder) => void query.timeout(patienceMs));
  /** The beat on the replica, and the newest one committed on the primary; milliseconds since 1970 by its clock. */
  let replicaBeat: number | undefined;
  let primaryBeat: number | undefined;
  /** When each was asked for its beat, by the monotonic clock. */
  let replicaBeatAskedAt = -Infinity;
  let primaryBeatAskedAt = -Infinity;
  let isReachable = false;
  let reported: boolean | undefined;

  const lagSeconds = () => Math.max(0, (primaryBeat ?? 0) - (replicaBeat ?? primaryBeat ?? 0)) / 1_000;
  const keepsUp = () =>
    isReachable &&
    replicaBeat !== undefined &&
    primaryBeat !== undefined &&
    performance.now() - replicaBeatAskedAt < trustMs &&
    lagSeconds() <= maxLagSeconds;
  const report = (error?: unknown) => {
    const now = keepsUp();
    // Before the first answer of the primary there is nothing to compare with.
    if (now === reported || (primaryBeat === undefined && error === undefined)) return;
    reported = now;
    const why = { lagSeconds: lagSeconds(), hasBeat: replicaBeat !== undefined, err: error };
    if (now) log.info(why, 'lists are read from the replica');
    else log.warn(why, 'lists are read from the primary: the replica is away or too far behind');
  };

  const beats = startLoop('replication beat', beatIntervalMs, log, async () => {
    const askedAt = performance.now();
    primaryBeat = await readPrimaryBeat(primary);
    primaryBeatAskedAt = askedAt;
    await beat(primary);
  });
  const looks = startLoop('replica', beatIntervalMs, log, async () => {
    try {
      const askedAt = performance.now();
      replicaBeat = await readBeat(db);
      replicaBeatAskedAt = askedAt;
      isReachable = true;
      report();
    } catch (error) {
      isReachable = false;
      report(error);
    }
  });

  return {
    db,
    keepsUp,
    isCompared: () => performance.now() - primaryBeatAskedAt < trustMs,
    lagSeconds,
    failed(error) {
      isReachable = false;
      report(error);
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

async function readPrimaryBeat(primary: Database): Promise<number | undefined> {
  const row = await primary('replication_beat')
    .where({ id: 1 })
    .first<{ newest: Date } | undefined>(
      primary.raw('greatest(beat_at, utc_timestamp(3) - interval ? second) as newest', [
        maxBeatIntervalSeconds,
      ]),
    )
    .timeout(patienceMs);
  return row?.newest.getTime();
}

/** Writes a beat unless the last one is young. A beat in the future, left by a clock that was set back, is replaced. */
async function beat(primary: Database): Promise<void> {
  const query = `insert into replication_beat (id, beat_at) values (1, utc_timestamp(3)) on duplicate key update beat_at =
    if(beat_at between utc_timestamp(3) - interval ? microsecond and utc_timestamp(3), beat_at, utc_timestamp(3))`;
  await primary.raw(query, [minBeatAgeMicroseconds]).timeout(patienceMs);
}

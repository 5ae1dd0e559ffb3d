/**
 * Works through a list whose rows may be stuck: an order whose refund the provider does not decide, a drop whose Redis
 * node is away. A stuck row must not delay the others:
 *
 * - The list is read page by page, each page after the last row of the previous one, so there is no limit on the number
 *   of rows and stuck rows do not crowd out others.
 * - A row that fails, or is not done yet, is tried again after a pause of its own. The pause doubles up to a limit, and
 *   half of it is random, so that rows that failed together are not retried together.
 * - Rows are worked on in lanes, up to `atOnce` rows of a lane concurrently. A lane in which no row finishes is skipped
 *   until one does; the round goes on without it. Rows that the same server can block belong into one lane.
 */
import { inTime, TooLate } from './in-time.ts';
import type { Log } from './log.ts';

/** `later`: the row is not done yet, without a fault. */
export type Worked = 'done' | 'later';

export type WorkOff<Row> = {
  /** Name of the duty, for the log. */
  name: string;
  log: Log;
  /** Reads the next `limit` rows after this one, in the same order for all pages; fewer only at the end of the list. */
  page: (after: Row | undefined, limit: number) => Promise<readonly Row[]>;
  /** Identifies the row for as long as it is in the list. */
  keyOf: (row: Row) => string | number;
  /** Must be safe to repeat. */
  work: (row: Row) => Promise<Worked>;
  laneOf?: (row: Row) => string;
  onFailed?: (row: Row) => void;
} & Partial<WorkOffTimes>;

export type WorkOffTimes = {
  pageSize: number;
  /** Rows of a lane that are worked on concurrently. */
  atOnce: number;
  /** Milliseconds for which a round waits for a lane in which no row finishes. */
  patienceMs: number;
  firstPauseMs: number;
  longestPauseMs: number;
};

type Lane = {
  underWay: Set<Promise<unknown>>;
  /** Rows among them that did not finish while a round waited for them. */
  late: Set<Promise<unknown>>;
  /** Number of the last round that skipped the rest of this lane. */
  leftAloneIn: number;
};
type Pause = { tries: number; until: number; seenIn: number };

/** One round over the whole list. Rejects only if the list cannot be read. Begins no row once `stopping` is aborted. */
export type Round = (stopping?: AbortSignal) => Promise<void>;

export function createWorkOff<Row>({
  name,
  log,
  page,
  keyOf,
  work,
  laneOf = () => '',
  onFailed,
  pageSize = 200,
  atOnce = 8,
  patienceMs = 5_000,
  firstPauseMs = 1_000,
  longestPauseMs = 60_000,
}: WorkOff<Row>): Round {
  const underWay = new Set<string | number>();
  const pauses = new Map<string | number, Pause>();
  const lanes = new Map<string, Lane>();
  let round = 0;

  const postpone = (key: string | number): number => {
    const tries = (pauses.get(key)?.tries ?? 0) + 1;
    const pause = Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs) * (0.5 + Math.random() / 2);
    pauses.set(key, { tries, until: performance.now() + pause, seenIn: round });
    return tries;
  };

  const begin = async (row: Row, key: string | number): Promise<void> => {
    try {
      if ((await work(row)) === 'done') pauses.delete(key);
      else postpone(key);
    } catch (error) {
      const tries = postpone(key);
      log[tries === 1 ? 'warn' : 'debug']({ err: error, duty: name, row: key, tries }, 'left for later');
      onFailed?.(row);
    } finally {
      underWay.delete(key);
    }
  };

  const runLane = async (id: string, rows: readonly Row[], stopping?: AbortSignal): Promise<void> => {
    let lane = lanes.get(id);
    if (!lane) lanes.set(id, (lane = { underWay: new Set(), late: new Set(), leftAloneIn: 0 }));
    const { underWay: rowsUnderWay, late } = lane;
    // All rows under way in this lane are from an earlier page or round, and late.
    if (rowsUnderWay.size >= atOnce) lane.leftAloneIn = round;
    for (const row of rows) {
      const key = keyOf(row);
      if (lane.leftAloneIn === round || stopping?.aborted) break;
      if (underWay.has(key)) continue;
      if (rowsUnderWay.size >= atOnce && !(await endsInTime(Promise.race(rowsUnderWay), patienceMs))) {
        lane.leftAloneIn = round;
        break;
      }
      underWay.add(key);
      const started: Promise<unknown> = begin(row, key).finally(() => {
        rowsUnderWay.delete(started);
        late.delete(started);
      });
      rowsUnderWay.add(started);
    }
    if (lane.leftAloneIn === round) return;
    await endsInTime(Promise.all([...rowsUnderWay].filter((each) => !late.has(each))), patienceMs);
    for (const each of rowsUnderWay) late.add(each);
  };

  const isDue = (row: Row): boolean => {
    const pause = pauses.get(keyOf(row));
    if (!pause) return true;
    pause.seenIn = round;
    return performance.now() >= pause.until;
  };

  return async (stopping) => {
    round += 1;
    for (let after: Row | undefined; ;) {
      const rows = await page(after, pageSize);
      const byLane = Map.groupBy(rows.filter(isDue), laneOf);
      await Promise.all([...byLane].map(([id, laneRows]) => runLane(id, laneRows, stopping)));
      if (stopping?.aborted) return;
      after = rows.at(-1);
      if (after === undefined || rows.length < pageSize) break;
    }
    // Forget the pauses of rows that are no longer in the list.
    for (const [key, { seenIn }] of pauses) if (seenIn !== round && !underWay.has(key)) pauses.delete(key);
    for (const [id, lane] of lanes) if (lane.underWay.size === 0) lanes.delete(id);
  };
}

/** Makes a `page` function for a list that is in memory. */
export function inMemory<Row>(list: () => readonly Row[]): WorkOff<Row>['page'] {
  return (after) => Promise.resolve(after === undefined ? list() : []);
}

/** Runs the rounds concurrently. Rejects with the first fault after all have ended. */
export function together(...rounds: Round[]): Round {
  return async (stopping) => {
    const ended = await Promise.allSettled(rounds.map((round) => round(stopping)));
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  };
}

/** Whether `work` settles within `ms` milliseconds. */
function endsInTime(work: Promise<unknown>, ms: number): Promise<boolean> {
  return inTime(work, ms).then(
    () => true,
    (error: unknown) => !(error instanceof TooLate),
  );
}

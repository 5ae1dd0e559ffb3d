/**
 * Works off a list whose rows may be stuck: an order whose refund the provider does not decide, a drop whose node of
 * Redis is away. None of them may hold up the others:
 *
 * - The list is read page by page, each page after the last row of the one before, so it has no end that a row could
 *   fall off.
 * - A row that fails, or is not done yet, is tried again after a pause of its own. The pause doubles up to a limit, and
 *   a part of it is random, so that what failed together does not come again together.
 * - Rows are worked on in lanes, `atOnce` of them in each at the same time. A lane whose rows do not end is left alone
 *   until one of them does; the round goes on without it. What one server can hold up belongs into a lane of its own.
 */
import { inTime, TooLate } from './in-time.ts';
import type { Log } from './log.ts';

/** `later`: there is no fault, but the row is not done either. */
export type Worked = 'done' | 'later';

export type WorkOff<Row> = {
  /** What is done, for the log. */
  name: string;
  log: Log;
  /** The next `limit` rows after this one, in one order for all pages; fewer when there are no more. */
  page: (after: Row | undefined, limit: number) => Promise<readonly Row[]>;
  /** Names the row for as long as it is in the list. */
  keyOf: (row: Row) => string | number;
  /** Must be safe to repeat. */
  work: (row: Row) => Promise<Worked>;
  laneOf?: (row: Row) => string;
  onFailed?: (row: Row) => void;
} & Partial<WorkOffTimes>;

export type WorkOffTimes = {
  pageSize: number;
  /** Rows under way in a lane. */
  atOnce: number;
  /** Milliseconds for which a round waits for a lane none of whose rows ends. */
  patienceMs: number;
  firstPauseMs: number;
  longestPauseMs: number;
};

type Lane = {
  underWay: Set<Promise<unknown>>;
  /** Those of them that were waited for in vain. */
  late: Set<Promise<unknown>>;
  leftAloneIn: number;
};
type Pause = { tries: number; until: number; seenIn: number };

/** One round over the whole list; rejects only when the list cannot be read. Begins no row once `stopping` is aborted. */
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

  const putOff = (key: string | number): number => {
    const tries = (pauses.get(key)?.tries ?? 0) + 1;
    const pause = Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs) * (0.5 + Math.random() / 2);
    pauses.set(key, { tries, until: performance.now() + pause, seenIn: round });
    return tries;
  };

  const begin = async (row: Row, key: string | number): Promise<void> => {
    try {
      if ((await work(row)) === 'done') pauses.delete(key);
      else putOff(key);
    } catch (error) {
      const tries = putOff(key);
      log[tries === 1 ? 'warn' : 'debug']({ err: error, duty: name, row: key, tries }, 'left for later');
      onFailed?.(row);
    } finally {
      underWay.delete(key);
    }
  };

  const runLane = async (id: string, rows: readonly Row[], stopping?: AbortSignal): Promise<void> => {
    let lane = lanes.get(id);
    if (!lane) lanes.set(id, (lane = { underWay: new Set(), late: new Set(), leftAloneIn: 0 }));
    const { underWay: ours, late } = lane;
    // Whatever is under way here is from an earlier page or round, and late.
    if (ours.size >= atOnce) lane.leftAloneIn = round;
    for (const row of rows) {
      const key = keyOf(row);
      if (lane.leftAloneIn === round || stopping?.aborted) break;
      if (underWay.has(key)) continue;
      if (ours.size >= atOnce && !(await endsInTime(Promise.race(ours), patienceMs))) {
        lane.leftAloneIn = round;
        break;
      }
      underWay.add(key);
      const begun: Promise<unknown> = begin(row, key).finally(() => {
        ours.delete(begun);
        late.delete(begun);
      });
      ours.add(begun);
    }
    if (lane.leftAloneIn === round) return;
    await endsInTime(Promise.all([...ours].filter((each) => !late.has(each))), patienceMs);
    for (const each of ours) late.add(each);
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
      await Promise.all([...byLane].map(([id, own]) => runLane(id, own, stopping)));
      if (stopping?.aborted) return;
      after = rows.at(-1);
      if (after === undefined || rows.length < pageSize) break;
    }
    // What is not in the list any more has no pause to remember.
    for (const [key, { seenIn }] of pauses) if (seenIn !== round && !underWay.has(key)) pauses.delete(key);
    for (const [id, lane] of lanes) if (lane.underWay.size === 0) lanes.delete(id);
  };
}

/** A list that is at hand, as `page`. */
export function inMemory<Row>(list: () => readonly Row[]): WorkOff<Row>['page'] {
  return (after) => Promise.resolve(after === undefined ? list() : []);
}

/** A round of each at the same time; rejects with the first fault after all have ended. */
export function together(...rounds: Round[]): Round {
  return async (stopping) => {
    const ended = await Promise.allSettled(rounds.map((round) => round(stopping)));
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  };
}

/** Whether it settles within so many milliseconds. */
function endsInTime(work: Promise<unknown>, ms: number): Promise<boolean> {
  return inTime(work, ms).then(
    () => true,
    (error: unknown) => !(error instanceof TooLate),
  );
}

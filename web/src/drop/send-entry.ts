/**
 * Sends an entry, and repeats it while the answer is "not now". Repeating is safe: a buyer has one hold at
 * most, however many entries arrive.
 */
import { ask, isPassing, isSharedLine, pauseBefore, Refusal } from '../api/http.ts';
import { serverClock } from '../clock/server-clock.ts';

export type NewEntry = { questionId: number; answer: string; quantity: number };

/** Why the entry was not accepted yet, and until when the next try waits (monotonic timer, milliseconds). */
export type Waiting = { why: Why; until: number; attempt: number };

/**
 * `busy`: the server cannot take it now; `line`: too many requests from this address; `throttled`: too many
 * tries by this buyer; `no_line`: no answer came; `early`: by the server's clock the drop is not open yet.
 */
type Why = 'busy' | 'line' | 'throttled' | 'no_line' | 'early';

/** Reasons that other people cause. These tries do not count towards `maxTries`. */
const sharedLines: ReadonlySet<Why> = new Set(['busy', 'line']);

const maxTries = 12;

/**
 * Resolves when the entry is queued.
 * @param options `wasWrong`: an earlier answer was wrong. Every try counts, so after too many tries this
 * entry is not repeated automatically: the buyer may want to change the answer first.
 * @throws {Refusal | Unreachable} if it was not queued and repeating it makes no sense
 */
export async function sendEntry(
  dropId: number,
  entry: NewEntry,
  signal: AbortSignal,
  onWait: (waiting: Waiting | undefined) => void,
  { wasWrong = false } = {},
): Promise<void> {
  let ownTries = 0;
  for (let attempt = 0; ; attempt += 1) {
    try {
      onWait(undefined);
      await ask('POST', `/drops/${dropId}/entries`, { body: entry, signal });
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      if (attempt === 0 && error instanceof Refusal && error.code === 'email_not_confirmed') {
        // If the address was confirmed on another device, this replaces the cookie.
        await ask('GET', '/auth/me', { signal });
        continue;
      }
      const waiting = waitFor(error, attempt);
      if (!waiting || (wasWrong && waiting.why === 'throttled')) throw error;
      if (!sharedLines.has(waiting.why)) ownTries += 1;
      if (ownTries >= maxTries) throw error;
      onWait(waiting);
      await pause(waiting.until - performance.now(), signal);
    }
  }
}

function waitFor(error: unknown, attempt: number): Waiting | undefined {
  const now = performance.now();
  if (error instanceof Refusal && error.code === 'drop_not_open') {
    const { opensAt } = error.body;
    const left = typeof opensAt === 'string' ? Date.parse(opensAt) - serverClock.now() : 1_000;
    // Our clock was slightly ahead. If more than 5 s are left, the opening was moved.
    if (left > 5_000) return undefined;
    return { why: 'early', until: now + Math.max(200, left), attempt };
  }
  if (!isPassing(error)) return undefined;
  const until = now + pauseBefore(attempt, error);
  if (!(error instanceof Refusal)) return { why: 'no_line', until, attempt };
  if (error.status !== 429) return { why: 'busy', until, attempt };
  return { why: isSharedLine(error) ? 'line' : 'throttled', until, attempt };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

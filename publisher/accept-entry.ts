/**
 * Accepts an entry. All checks read memory only, cheapest first and in the order in which a buyer would want to be told
 * of a problem. Then the entry goes to the broker; once the broker has stored it durably, the buyer gets 202.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { BannedUsers } from '../shared/auth/banned-users.ts';
import { checkInput, invalid } from '../shared/tier/check-input.ts';
import { newEntry } from '../shared/contract/entries.ts';
import type { Drop } from '../shared/drops/drop.ts';
import { normalizeAnswer, questionFor } from '../shared/drops/question.ts';
import { partitionOfBuyer } from '../shared/inventory/layout.ts';
import { NotConfirmed } from '../shared/messages/publish.ts';
import type { KeyList } from '../shared/auth/key-list.ts';
import { isFromOtherSite } from '../shared/auth/other-sites.ts';
import { Problem } from '../shared/tier/problems.ts';
import { sessionToken } from '../shared/auth/session-cookie.ts';
import { verifySession, type Session } from '../shared/auth/session.ts';
import type { Attempts } from './attempts.ts';
import type { Batcher } from './batcher.ts';
import type { LapsedBuyers } from './lapsed-buyers.ts';
import type { OpenDrops } from './open-drops.ts';

export type AcceptDeps = {
  sessionKeys: KeyList;
  bannedUsers: Pick<BannedUsers, 'refusal' | 'loaded'>;
  openDrops: OpenDrops;
  attempts: Attempts;
  lapsedBuyers: Pick<LapsedBuyers, 'msLeft'>;
  batcher: Batcher;
  onAccepted?: (dropId: number) => void;
  /** The address that browsers use; by default http and the host of the request. */
  publicUrl?: URL | undefined;
  /** Milliseconds since 1970, by which drops open and close. */
  now?: () => number;
};

export type EntryRequest = {
  dropId: number;
  headers: IncomingHttpHeaders;
  body: unknown;
};

/** The length of a pause is not known in advance; pages are told of its end over the socket. */
const pausedRetrySeconds = 5;

/** A drop that Redis has lost has to be rebuilt by an operator, which takes about a minute. */
const lostRetrySeconds = 10;

const refusalOfScope = { tickets: 'banned', unconfirmed: 'email_not_confirmed' } as const;

/** Resolves when the entry is durably queued. @throws {Problem} when it is not taken. */
export type AcceptEntry = (request: EntryRequest) => Promise<void>;

export function createAcceptEntry(deps: AcceptDeps): AcceptEntry {
  const now = deps.now ?? Date.now;

  return async ({ dropId, headers, body }) => {
    if (isFromOtherSite(headers, deps.publicUrl)) throw new Problem('cross_site_request');
    const { userId } = sessionOf(headers);
    const drop = deps.openDrops.get(dropId);
    // A publisher that has just started has not read the drops yet.
    if (!drop && !deps.openDrops.loaded()) throw new Problem('unavailable', { retryAfter: 1 });
    if (!drop) throw new Problem('not_found');
    checkOpen(drop);
    checkPause(dropId, userId);
    if (!deps.attempts.take(userId)) throw tooManyAttempts(deps.attempts.msUntilNext(userId), now());
    const quantity = checkAnswer(drop, userId, body);
    const place = { dropId, partition: partitionOfBuyer(userId, drop.partitions) };
    try {
      await deps.batcher.add(place, userId, quantity);
      deps.onAccepted?.(dropId);
    } catch (error) {
      if (error instanceof NotConfirmed) throw new Problem('unavailable', { retryAfter: 1, cause: error });
      throw error;
    }
  };

  function sessionOf(headers: EntryRequest['headers']): Session {
    const token = sessionToken(headers, deps.publicUrl);
    const session = token === undefined ? undefined : verifySession(token, deps.sessionKeys);
    if (!session) throw new Problem('not_signed_in');
    // Until the list has been read, any user might be on it.
    if (!deps.bannedUsers.loaded()) throw new Problem('unavailable', { retryAfter: 1 });
    const refusal = deps.bannedUsers.refusal(session) ?? (session.scope && refusalOfScope[session.scope]);
    if (refusal) throw new Problem(refusal);
    return session;
  }

  function checkPause(dropId: number, userId: number): void {
    const msLeft = deps.lapsedBuyers.msLeft(dropId, userId);
    if (msLeft === 0) return;
    throw new Problem('hold_lapsed', {
      retryAfter: Math.ceil(msLeft / 1000),
      extensions: { retryAt: new Date(now() + msLeft).toISOString() },
    });
  }

  function checkOpen(drop: Drop): void {
    if (drop.cancelled) throw new Problem('drop_cancelled');
    const time = now();
    if (time >= drop.closesAt) throw new Problem('drop_closed');
    if (time < drop.opensAt) {
      throw new Problem('drop_not_open', {
        retryAfter: Math.ceil((drop.opensAt - time) / 1000),
        extensions: {
          opensAt: new Date(drop.opensAt).toISOString(),
          serverTime: new Date(time).toISOString(),
        },
      });
    }
    if (drop.paused) {
      throw new Problem('drop_paused', { detail: 'Sales go on later', retryAfter: pausedRetrySeconds });
    }
    // An organizer has just changed the drop, and Redis does not have the change yet.
    if (!drop.stocked) throw new Problem('unavailable', { retryAfter: 1 });
    if (deps.openDrops.isLost(drop.id)) throw new Problem('unavailable', { retryAfter: lostRetrySeconds });
    if (deps.openDrops.isSoldOut(drop.id)) throw new Problem('drop_sold_out');
  }
}

/** Has a `retryAt`. The front door's 429 has none, since it may concern all clients that share an address. */
function tooManyAttempts(msLeft: number, now: number): Problem {
  return new Problem('too_many_requests', {
    retryAfter: Math.ceil(msLeft / 1000),
    extensions: { retryAt: new Date(now + msLeft).toISOString() },
  });
}

/**
 * Returns the requested quantity.
 * @throws {Problem} if the body is not valid, or does not answer this buyer's question
 */
function checkAnswer(drop: Drop, buyerId: number, body: unknown): number {
  const { questionId, answer, quantity } = checkInput(newEntry, body);
  if (quantity > drop.maxPerBuyer)
    throw invalid('/quantity', 'above_buyer_limit', { maximum: drop.maxPerBuyer });
  // Older drops may have a `maxPerBuyer` above their capacity. Such an entry could never be served.
  if (quantity > drop.capacity) throw invalid('/quantity', 'above_seat_count', { maximum: drop.capacity });
  const question = questionFor(drop, buyerId);
  if (question?.id !== questionId) throw new Problem('wrong_question');
  if (normalizeAnswer(question.answer) !== normalizeAnswer(answer)) throw new Problem('wrong_answer');
  return quantity;
}

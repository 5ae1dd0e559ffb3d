/**
 * A buyer presses Buy. Everything is checked from memory, cheapest first and in the order in which a buyer would want
 * to be told; then the entry goes to the broker, and once that has it durably the buyer gets 202.
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
  /** Where browsers reach the system; without it by http, and at the host they name. */
  publicUrl?: URL | undefined;
  /** The time of day, by which drops open and close. */
  now?: () => number;
};

export type EntryRequest = {
  dropId: number;
  headers: IncomingHttpHeaders;
  /** The parsed JSON. */
  body: unknown;
};

/** Nobody knows how long a pause takes; a page learns of its end over the socket. */
const pausedRetrySeconds = 5;

/** The window of a buyer's tries (main.ts). */
const triesPauseSeconds = 10;

/** A drop that Redis has lost has to be rebuilt, which takes somebody a minute. */
const lostRetrySeconds = 10;

/** Resolves when the entry is durably queued. @throws {Problem} when it is not taken. */
export type AcceptEntry = (request: EntryRequest) => Promise<void>;

export function createAcceptEntry(deps: AcceptDeps): AcceptEntry {
  const now = deps.now ?? Date.now;

  return async ({ dropId, headers, body }) => {
    if (isFromOtherSite(headers, deps.publicUrl)) throw new Problem('cross_site_request');
    const { userId } = sessionOf(headers);
    const drop = deps.openDrops.get(dropId);
    // A publisher that has just started does not know yet what there is.
    if (!drop && !deps.openDrops.loaded()) throw new Problem('unavailable', { retryAfter: 1 });
    if (!drop) throw new Problem('not_found');
    checkOpen(drop);
    checkPause(dropId, userId);
    if (!deps.attempts.take(userId)) throw ownTriesOver();
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
    // Until the list has been read, anybody might be on it.
    if (!deps.bannedUsers.loaded()) throw new Problem('unavailable', { retryAfter: 1 });
    const refusal = deps.bannedUsers.refusal(session) ?? (session.scope && 'banned');
    if (refusal) throw new Problem(refusal);
    return session;
  }

  /** Says until when, which the front door's 429 does not: that one may be about all who share an address. */
  function ownTriesOver(): Problem {
    const retryAt = new Date(now() + triesPauseSeconds * 1000).toISOString();
    return new Problem('too_many_requests', { retryAfter: triesPauseSeconds, extensions: { retryAt } });
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
    // Between an organizer's edit and the moment Redis has it.
    if (!drop.stocked) throw new Problem('unavailable', { retryAfter: 1 });
    if (deps.openDrops.isLost(drop.id)) throw new Problem('unavailable', { retryAfter: lostRetrySeconds });
    if (deps.openDrops.isSoldOut(drop.id)) throw new Problem('drop_sold_out');
  }
}

/** The quantity asked for, if the body is valid and answers this buyer's question. */
function checkAnswer(drop: Drop, buyerId: number, body: unknown): number {
  const { questionId, answer, quantity } = checkInput(newEntry, body);
  if (quantity > drop.maxPerBuyer) throw invalid('/quantity', `At most ${drop.maxPerBuyer} a buyer`);
  // A drop from before its own limit was held to this: no state of it could ever serve them.
  if (quantity > drop.capacity) throw invalid('/quantity', `The drop has only ${drop.capacity} seats`);
  const question = questionFor(drop, buyerId);
  if (question?.id !== questionId) throw new Problem('wrong_question');
  if (normalizeAnswer(question.answer) !== normalizeAnswer(answer)) throw new Problem('wrong_answer');
  return quantity;
}

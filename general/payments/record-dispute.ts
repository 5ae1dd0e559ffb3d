/** Records what a provider reports of a dispute, so that the organizer and administrators see it. */
import { isDuplicateKey, transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { findAttemptByRef, type AttemptId } from '../checkout/payment-attempt.ts';
import type { Deps } from '../deps.ts';
import { notifyOrganizer } from './notify-organizer.ts';
import type { Dispute } from './provider.ts';

export type DisputeRow = {
  provider: string;
  provider_ref: string;
  hold_id: string;
  attempt: number;
  amount: number;
  currency: string;
  reason: string;
  status: Dispute['status'];
  respond_by: Date | null;
  opened_at: Date;
  version: number;
  updated_at: Date;
};

/** If others were faster this many times, the provider has to send the webhook again. */
const maxTries = 5;

/**
 * Reads the state of a dispute from the provider and records it. Safe to repeat, and by several at once: an answer is
 * written only if the row is still as it was before the provider was asked.
 */
export async function recordDispute(
  { db, payments, log }: Pick<Deps, 'db' | 'payments' | 'log'>,
  id: string,
): Promise<void> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const known = await disputes(db).where({ provider: payments.name, provider_ref: id }).first();
    const found = await payments.findDispute(id);
    if (found.kind === 'unknown') return;
    // The provider sends the webhook again.
    if (found.kind === 'undecided') break;
    const { dispute } = found;
    const attempt = await findAttemptByRef(db, payments.name, dispute.chargeRef);
    // A charge of another system that shares the account.
    if (!attempt) return;
    const outcome = await write(db, payments.name, attempt, dispute, known);
    if (outcome === 'outdated') continue;
    if (outcome === 'changed')
      log.warn({ orderId: attempt.holdId, dispute: id, state: dispute.status }, 'a charge is disputed');
    return;
  }
  throw new Problem('unavailable', { retryAfter: 10 });
}

const disputes = (db: Database) => db<DisputeRow>('disputes');

/**
 * `outdated`: another answer was written since `known` was read. An answer that changes nothing counts too: one from
 * before it must not be written any more.
 */
async function write(
  db: Database,
  provider: string,
  { holdId, attempt }: AttemptId,
  { id, amount, currency, reason, status, respondBy, openedAt }: Dispute,
  known: DisputeRow | undefined,
): Promise<'changed' | 'same' | 'outdated'> {
  const facts = { amount, currency, reason: reason.slice(0, 100), status, respond_by: respondBy ?? null };
  const hasChanged = !known || !isSame(known, facts);
  const key = { provider, provider_ref: id };
  try {
    return await transact(db, async (trx) => {
      if (known) {
        const changed = await disputes(trx)
          .where({ ...key, version: known.version })
          .update({ ...facts, version: known.version + 1, ...(hasChanged && { updated_at: new Date() }) });
        if (changed === 0) return 'outdated';
      } else {
        const row = {
          ...key,
          ...facts,
          hold_id: holdId,
          attempt,
          opened_at: openedAt,
          updated_at: new Date(),
        };
        await disputes(trx).insert(row);
      }
      const hasEnded = isOver(status) && status !== known?.status;
      const topic = hasEnded ? 'dispute-ended' : known ? undefined : 'order-disputed';
      if (topic) await notifyOrganizer(trx, topic, holdId, { ref: `${id} ${status}`, amount, currency });
      return hasChanged ? 'changed' : 'same';
    });
  } catch (error) {
    if (isDuplicateKey(error)) return 'outdated';
    throw error;
  }
}

const isOver = (status: Dispute['status']) => ['won', 'lost', 'closed'].includes(status);

function isSame(
  known: DisputeRow,
  facts: Pick<DisputeRow, 'amount' | 'currency' | 'reason' | 'status' | 'respond_by'>,
): boolean {
  return (
    known.amount === facts.amount &&
    known.currency === facts.currency &&
    known.reason === facts.reason &&
    known.status === facts.status &&
    known.respond_by?.getTime() === facts.respond_by?.getTime()
  );
}

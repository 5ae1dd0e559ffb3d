import type { z } from 'zod';
import type { dropChanges } from '../../shared/contract/drops.ts';
import type { Fees } from '../../shared/contract/total.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { Problem } from '../../shared/tier/problems.ts';

/** A time this far in the past is accepted as "now" from a slower clock. */
const clockToleranceMs = 60_000;

/** @throws {Problem} invalid_request */
export function requireFuture(field: 'opensAt' | 'startsAt', time: string, now: number): void {
  if (Date.parse(time) < now - clockToleranceMs) throw invalid(`/${field}`, 'in_the_past');
}

/**
 * Locks the event's row, so that the event is not moved to before the drop's closing meanwhile (edit-event.ts locks
 * it too).
 * @throws {Problem} event_cancelled
 * @throws {Problem} invalid_request if the drop would close after its event starts and `allowLate` is not set
 */
export async function requireInTime(
  trx: Database,
  eventId: number,
  { closesAt, allowLate }: Pick<Terms, 'closesAt' | 'allowLate'>,
): Promise<void> {
  const event = await trx<{ id: number; starts_at: Date; event_cancelled_at: Date | null }>('events')
    .where({ id: eventId })
    .forUpdate()
    .first('starts_at', 'event_cancelled_at');
  if (event?.event_cancelled_at) throw new Problem('event_cancelled');
  if (closesAt === undefined || allowLate === true || !event) return;
  if (Date.parse(closesAt) > event.starts_at.getTime()) throw invalid('/closesAt', 'closes_late');
}

type Terms = z.output<typeof dropChanges>;

/** The column values of these terms; terms that are absent have none. */
export function columnsOf({
  opensAt,
  closesAt,
  price,
  fees,
  taxPercent,
  holdSeconds,
  maxPerBuyer,
  standbyLimit,
  paySeconds,
  lapsePauseSeconds,
  returns,
}: Terms) {
  return {
    ...(opensAt !== undefined && { opens_at: new Date(opensAt) }),
    ...(closesAt !== undefined && { closes_at: new Date(closesAt) }),
    ...(price && { price_amount: price.amount, price_currency: price.currency }),
    ...(fees && { fees: jsonOf(fees) }),
    ...(taxPercent !== undefined && { tax_percent: taxPercent === 0 ? null : taxPercent }),
    ...(holdSeconds !== undefined && { hold_seconds: holdSeconds }),
    ...(maxPerBuyer !== undefined && { max_per_buyer: maxPerBuyer }),
    ...(standbyLimit !== undefined && { standby_limit: standbyLimit }),
    ...(paySeconds !== undefined && { pay_seconds: paySeconds }),
    ...(lapsePauseSeconds !== undefined && { lapse_pause_seconds: lapsePauseSeconds }),
    ...(returns !== undefined && {
      returns_until: returns && new Date(returns.until),
      returns_keep_percent: returns && returns.keepPercent,
    }),
  };
}

/** Null for fees that are all 0. */
export function jsonOf(fees: Fees): string | null {
  return Object.values(fees).some((fee) => fee !== 0) ? JSON.stringify(fees) : null;
}

/** Replaces the questions of a drop. */
export async function writeQuestions(
  trx: Database,
  dropId: number,
  questions: NonNullable<Terms['questions']>,
) {
  await trx('drop_questions').where({ drop_id: dropId }).delete();
  await trx('drop_questions').insert(
    questions.map(({ text, choices, answer }, index) => ({
      drop_id: dropId,
      number: index + 1,
      text,
      choices: choices ? JSON.stringify(choices) : null,
      answer,
    })),
  );
}

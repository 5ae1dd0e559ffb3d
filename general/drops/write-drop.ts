import type { z } from 'zod';
import type { dropChanges } from '../../shared/contract/drops.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { invalid } from '../../shared/check-input.ts';

/** Milliseconds that an opening may seem to lie in the past: "now", said by a slower clock. */
const clockTolerance = 60_000;

/** @throws {Problem} invalid_request */
export function requireFuture(opensAt: string, now: number): void {
  if (Date.parse(opensAt) < now - clockTolerance) throw invalid('/opensAt', 'Must not be in the past');
}

type Terms = z.output<typeof dropChanges>;

/** The columns that hold these terms; none for terms that are not given. */
export function columnsOf({
  opensAt,
  closesAt,
  price,
  holdSeconds,
  maxPerBuyer,
  standbyLimit,
  lapsePauseSeconds,
}: Terms) {
  return {
    ...(opensAt !== undefined && { opens_at: new Date(opensAt) }),
    ...(closesAt !== undefined && { closes_at: new Date(closesAt) }),
    ...(price && { price_amount: price.amount, price_currency: price.currency }),
    ...(holdSeconds !== undefined && { hold_seconds: holdSeconds }),
    ...(maxPerBuyer !== undefined && { max_per_buyer: maxPerBuyer }),
    ...(standbyLimit !== undefined && { standby_limit: standbyLimit }),
    ...(lapsePauseSeconds !== undefined && { lapse_pause_seconds: lapsePauseSeconds }),
  };
}

/** Puts these questions in place of those a drop has. */
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

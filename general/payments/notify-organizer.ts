import { createHash } from 'node:crypto';
import type { Database } from '../../shared/mysql/connect.ts';

/** Mails to the organizer of a drop about a payment (general/mail/mail-jobs.ts makes them). */
export type OrganizerTopic = 'order-disputed' | 'dispute-ended' | 'refunded-outside';

type Notice = {
  /** The provider's id of the dispute or the refund. */
  ref: string;
  amount: number;
  currency: string;
};

/** Writes the mail into the outbox. Does nothing if the payment has no order: then no seat is concerned. */
export async function notifyOrganizer(
  trx: Database,
  topic: OrganizerTopic,
  orderId: string,
  { ref, amount, currency }: Notice,
): Promise<void> {
  const order: unknown = await trx('orders').where({ id: orderId }).first('id');
  if (!order) return;
  const notice = { amount, currency, key: createHash('sha256').update(ref).digest('hex').slice(0, 12) };
  await trx('outbox').insert({ topic, payload: JSON.stringify({ orderId, notice }) });
}

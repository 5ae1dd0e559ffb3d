/**
 * Writes news into the outbox: a row for each channel that its user has chosen and can be reached by, in the transaction
 * of what the news is about, or as often as that is repeated: news with the same key is written once.
 */
import { channels, offerOf, type Channel, type NewsKind } from '../../shared/contract/notifications.ts';
import type { NewsMailJob } from '../../lambda/send-email/news-mail-job.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Priority } from '../mail/outbox.ts';
import { confirmedPhones } from './phones.ts';
import type { NewsPayload } from './news-jobs.ts';

export type News = {
  topic: NewsMailJob['about'];
  /** With the topic it identifies the news, and is the id of its mail. */
  payload: NewsPayload;
  /** Default: now. */
  secondsUntilDue?: number;
};

/** Of each topic: its kind, and how soon it has to go. */
const facts: Record<News['topic'], { kind: NewsKind; priority: Priority }> = {
  promoted: { kind: 'promoted', priority: 0 },
  'hold-ends': { kind: 'hold-ends', priority: 0 },
  'sale-opens': { kind: 'sale-opens', priority: 2 },
  'payment-declined': { kind: 'payment-trouble', priority: 1 },
  'charge-refunded': { kind: 'payment-trouble', priority: 1 },
};

/** Rows in one insert. */
const portion = 1_000;

export async function notify(db: Database, news: readonly News[]): Promise<void> {
  if (news.length === 0) return;
  const userIds = [...new Set(news.map(({ payload }) => payload.userId))];
  const [isChosen, reached] = await Promise.all([readChoices(db, userIds), readReach(db, userIds)]);
  const rows = news.flatMap(({ topic, payload, secondsUntilDue = 0 }) =>
    channels
      .filter((channel) => {
        const { userId } = payload;
        return isChosen(userId, facts[topic].kind, channel) && reached(userId, channel);
      })
      .map((channel) => ({
        topic,
        channel,
        priority: facts[topic].priority,
        unique_id: `${topic}.${payload.key}.${channel}`,
        payload: JSON.stringify(payload),
        due_at: db.raw('now(3) + interval ? second', [secondsUntilDue]),
      })),
  );
  for (let at = 0; at < rows.length; at += portion)
    await db('outbox')
      .insert(rows.slice(at, at + portion))
      .onConflict('unique_id')
      .ignore();
}

type ChoiceRow = { user_id: number; kind: NewsKind; channel: Channel; chosen: 0 | 1 | boolean };

/** Whether a user gets news of a kind over a channel. What cannot be switched off counts as chosen. */
export async function readChoices(db: Database, userIds: readonly number[]) {
  const rows = await db<ChoiceRow>('notification_choices').whereIn('user_id', [...userIds]);
  const chosen = new Map(
    rows.map((row) => [`${row.user_id} ${row.kind} ${row.channel}`, Boolean(row.chosen)]),
  );
  return (userId: number, kind: NewsKind, channel: Channel): boolean => {
    const offer = offerOf(kind, channel);
    if (offer === undefined) return false;
    if (offer === 'always') return true;
    return chosen.get(`${userId} ${kind} ${channel}`) ?? offer === 'on';
  };
}

/** Whether a user can be reached over a channel. */
async function readReach(db: Database, userIds: readonly number[]) {
  const [phones, mailable] = await Promise.all([
    confirmedPhones(db, userIds),
    confirmedAddresses(db, userIds),
  ]);
  return (userId: number, channel: Channel): boolean => {
    switch (channel) {
      case 'email':
        return mailable.has(userId);
      case 'sms':
        return phones.has(userId);
      case 'push':
        return false;
    }
  };
}

/** Users type what news says: titles. An address that is not confirmed gets none (docs/decisions/047). */
async function confirmedAddresses(db: Database, userIds: readonly number[]): Promise<Set<number>> {
  const rows: { id: number }[] = await db('users')
    .whereIn('id', [...userIds])
    .whereNull('unconfirmed_since')
    .whereNull('deleted_at')
    .select('id');
  return new Set(rows.map(({ id }) => id));
}

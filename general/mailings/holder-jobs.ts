/**
 * What the outbox rows of mailings become. Whether somebody still holds a ticket is asked when the mail's turn comes, so
 * whoever got the money back meanwhile is not written to.
 */
import { z } from 'zod';
import { holderMailJob, holderTopics, type HolderMailJob } from '../../lambda/send-email/holder-mail-job.ts';
import type { MailingKind } from '../../shared/contract/mailings.ts';
import { fromJson } from '../../shared/drops/drop.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Locale } from '../accounts/locale.ts';
import type { OutboxRow } from '../mail/outbox.ts';
import { stillHolders, type StillHolder } from './holders.ts';
import type { MailedFacts, MailingRow } from './mailing-row.ts';

type HolderJobDeps = {
  db: Database;
  publicUrl: URL;
  /** IANA name: time zone of events that have none. */
  timeZone: string;
  /** Whether buying needs a confirmed e-mail address. */
  confirmsEmail: boolean;
};

type Topic = HolderMailJob['about'];

export const topicOf: Record<MailingKind, Topic> = {
  message: 'holder-message',
  moved: 'event-moved',
  changed: 'event-changed',
  cancelled: 'event-cancelled',
};

export const isToHolders = (topic: string): topic is Topic => holderTopics.some((known) => known === topic);

const holderPayload = z.object({ mailingId: z.int(), userId: z.int() });
type Payload = z.output<typeof holderPayload>;

type Made = { row: OutboxRow; job: HolderMailJob | undefined } | { row: OutboxRow; error: unknown };

type Mailing = MailingRow & {
  organizer_name: string;
  title: string;
  venue: string;
  starts_at: Date;
  time_zone: string | null;
};
type User = {
  id: number;
  name: string;
  email: string;
  locale: Locale | null;
  unconfirmed_since: Date | null;
  deleted_at: Date | null;
};

/** Two queries, and one for each mailing among the rows. */
export async function makeHolderJobs(
  { db, publicUrl, timeZone, confirmsEmail }: HolderJobDeps,
  rows: readonly OutboxRow[],
): Promise<Made[]> {
  if (rows.length === 0) return [];
  const asked = rows.map((row) => ({ row, payload: read(row) }));
  const payloads = asked.flatMap(({ payload }) => payload ?? []);
  const [mailings, users] = await Promise.all([
    findMailings(
      db,
      payloads.map(({ mailingId }) => mailingId),
    ),
    db<User>('users')
      .whereIn(
        'id',
        payloads.map(({ userId }) => userId),
      )
      .select('id', 'name', 'email', 'locale', 'unconfirmed_since', 'deleted_at'),
  ]);
  const holders = new Map<number, StillHolder[]>();
  for (const mailing of mailings) {
    const ofIt = payloads.filter(({ mailingId }) => mailingId === mailing.id);
    const userIds = ofIt.map(({ userId }) => userId);
    holders.set(mailing.id, await stillHolders(db, mailing, userIds));
  }
  return asked.map(({ row, payload }) => {
    try {
      return { row, job: jobOf(row, payload) };
    } catch (error) {
      return { row, error };
    }
  });

  function jobOf(row: OutboxRow, payload: Payload | undefined): HolderMailJob | undefined {
    const mailing = mailings.find(({ id }) => id === payload?.mailingId);
    const user = users.find(({ id }) => id === payload?.userId);
    if (!mailing || !user) throw new Error(`outbox row ${row.id} is about nothing that exists`);
    if (user.deleted_at) return undefined;
    // These mails say what users type, so they go to addresses that are confirmed, unless buying needs none.
    if (confirmsEmail && user.unconfirmed_since !== null) return undefined;
    const held = (holders.get(mailing.id) ?? []).filter(({ userId }) => userId === user.id);
    if (held.length === 0) return undefined;
    const facts = mailing.facts === null ? undefined : fromJson(mailing.facts);
    const zoned = (fact: MailedFacts) => ({ ...fact, timeZone: fact.timeZone ?? timeZone });
    return holderMailJob.parse({
      id: `${topicOf[mailing.kind]}.${mailing.id}.${user.id}`,
      about: topicOf[mailing.kind],
      to: { name: user.name, address: user.email },
      locale: user.locale ?? 'en',
      url: new URL('/orders', publicUrl).href,
      organizer: mailing.organizer_name,
      text: mailing.text,
      event: { id: mailing.event_id, ...zoned(facts?.after ?? factsOf(mailing)) },
      ...(facts && { before: zoned(facts.before) }),
      ...(mailing.kind === 'cancelled' && {
        refunds: held.map(({ amount, currency }) => ({ amount, currency })),
      }),
    });
  }
}

function findMailings(db: Database, ids: readonly number[]): Promise<Mailing[]> {
  return db('mailings')
    .join('events', 'events.id', 'mailings.event_id')
    .join('users', 'users.id', 'events.organizer_id')
    .whereIn('mailings.id', [...new Set(ids)])
    .select('mailings.*', 'events.title', 'events.venue', 'events.starts_at', 'events.time_zone')
    .select({ organizer_name: 'users.name' }) as Promise<Mailing[]>;
}

const factsOf = ({ title, venue, starts_at, time_zone }: Mailing): MailedFacts => ({
  title,
  venue,
  startsAt: starts_at.toISOString(),
  timeZone: time_zone,
});

function read({ payload }: OutboxRow): Payload | undefined {
  return holderPayload.safeParse(safeJson(payload)).data;
}

function safeJson(payload: unknown): unknown {
  try {
    return fromJson(payload);
  } catch {
    return undefined;
  }
}

/**
 * What the outbox rows of news become. Whether news is still true is asked when its turn comes, so nobody is told of
 * seats that are paid or gone, or of an opening that was moved.
 */
import { z } from 'zod';
import { newsMailJob, newsTopics, type NewsMailJob } from '../../lambda/send-email/news-mail-job.ts';
import { fromJson } from '../../shared/drops/drop.ts';
import type { Inventory } from '../../shared/inventory/inventory.ts';
import { describeSeat, rowsOf, type Section } from '../../shared/inventory/layout.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Locale } from '../accounts/locale.ts';
import type { MadeOf } from '../mail/made-mail.ts';
import type { OutboxRow } from '../mail/outbox.ts';

export type NewsJobDeps = {
  db: Database;
  inventory: Pick<Inventory, 'view'>;
  /** The URL at which browsers reach the system. */
  publicUrl: URL;
  /** IANA name: time zone of events that have none. */
  timeZone: string;
};

/** `at` (ms): until when the seats are held, or when the drop opens. */
export const newsPayload = z.object({
  userId: z.int(),
  dropId: z.int(),
  key: z.string(),
  hold: z.object({ partition: z.int(), holdId: z.string(), seats: z.array(z.string()) }).optional(),
  at: z.int().optional(),
  amount: z.object({ amount: z.int(), currency: z.string() }).optional(),
});
export type NewsPayload = z.output<typeof newsPayload>;

type Topic = NewsMailJob['about'];

export const isNews = (topic: string): topic is Topic => newsTopics.some((known) => known === topic);

type User = { id: number; name: string; email: string; locale: Locale | null };
type DropFacts = {
  id: number;
  opens_at: Date;
  cancelled_at: Date | null;
  sections: string | Section[];
  title: string;
  venue: string;
  starts_at: Date;
  time_zone: string | null;
};

/** Two queries, however many rows, and one call to Redis for each row about a hold. */
export async function makeNewsJobs(
  { db, inventory, publicUrl, timeZone }: NewsJobDeps,
  rows: readonly OutboxRow[],
): Promise<MadeOf<NewsMailJob>[]> {
  if (rows.length === 0) return [];
  const asked = rows.map((row) => ({ row, payload: read(row) }));
  const payloads = asked.flatMap(({ payload }) => payload ?? []);
  const [users, drops, [clock]] = await Promise.all([
    readUsers(db, payloads),
    db('drops')
      .join('events', 'events.id', 'drops.event_id')
      .whereIn(
        'drops.id',
        payloads.map(({ dropId }) => dropId),
      )
      .select('drops.id', 'drops.opens_at', 'drops.cancelled_at', 'drops.sections')
      .select('events.title', 'events.venue', 'events.starts_at', 'events.time_zone') as Promise<DropFacts[]>,
    db.select(db.raw('now(3) as now')) as unknown as Promise<{ now: Date }[]>,
  ]);
  const now = clock?.now.getTime() ?? 0;
  return Promise.all(
    asked.map(async ({ row, payload }) => {
      try {
        const user = users.find(({ id }) => id === payload?.userId);
        const drop = drops.find(({ id }) => id === payload?.dropId);
        if (!payload || !drop) throw new Error(`outbox row ${row.id} is about nothing that exists`);
        // The account was removed since.
        if (!user) return { row, job: undefined };
        const topic = row.topic as Topic;
        const due = await isStillTrue(inventory, topic, { payload, drop, now });
        return { row, job: due ? jobOf(topic, payload, { user, drop, now }) : undefined };
      } catch (error) {
        return { row, error };
      }
    }),
  );

  function jobOf(
    about: Topic,
    { dropId, key, hold, at, amount }: NewsPayload,
    facts: { user: User; drop: DropFacts; now: number },
  ): NewsMailJob {
    const { user, drop } = facts;
    const layout = hold ? rowsOf(fromJson(drop.sections)) : [];
    return newsMailJob.parse({
      id: `${about}.${key}`,
      about,
      to: { name: user.name, address: user.email },
      locale: user.locale ?? 'en',
      url: new URL(`/drops/${dropId}`, publicUrl).href,
      event: {
        title: drop.title,
        venue: drop.venue,
        startsAt: drop.starts_at.toISOString(),
        timeZone: drop.time_zone ?? timeZone,
      },
      seats: (hold?.seats ?? []).map((seat) => describeSeat(seat, layout)),
      ...(at !== undefined && {
        at: new Date(at).toISOString(),
        minutesLeft: Math.max(0, Math.floor((at - facts.now) / 60_000)),
      }),
      amount,
    });
  }
}

function readUsers(db: Database, payloads: readonly NewsPayload[]): Promise<User[]> {
  const ids = payloads.map(({ userId }) => userId);
  const users = db<User>('users').whereIn('id', ids).whereNull('deleted_at');
  return Promise.resolve(users.select('id', 'name', 'email', 'locale'));
}

async function isStillTrue(
  inventory: NewsJobDeps['inventory'],
  topic: Topic,
  { payload, drop, now }: { payload: NewsPayload; drop: DropFacts; now: number },
): Promise<boolean> {
  const { at = 0, hold, dropId, userId } = payload;
  switch (topic) {
    case 'promoted':
    case 'hold-ends': {
      if (!hold || at <= now) return false;
      const view = await inventory.view({ dropId, partition: hold.partition }, userId);
      return view.kind === 'held' && view.holdId === hold.holdId;
    }
    case 'sale-opens':
      // After a move the reminder's duty writes another one, with the new time.
      return drop.cancelled_at === null && drop.opens_at.getTime() === at && at > now;
    case 'payment-declined': {
      if (!hold) return false;
      const view = await inventory.view({ dropId, partition: hold.partition }, userId);
      return view.kind === 'released' && view.holdId === hold.holdId;
    }
    case 'charge-refunded':
      return true;
  }
}

function read({ payload }: OutboxRow): NewsPayload | undefined {
  try {
    return newsPayload.parse(typeof payload === 'string' ? JSON.parse(payload) : payload);
  } catch {
    return undefined;
  }
}

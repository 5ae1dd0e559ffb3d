import { z } from 'zod';
import { orderMailJob, type OrderMailJob } from '../../lambda/send-email/mail-job.ts';
import { readRefunds, type RefundRow } from '../../shared/drops/order-seats.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { describeSeat, rowsOf, type Section } from '../../shared/inventory/layout.ts';
import type { Locale } from '../accounts/locale.ts';
import { bySeatId } from '../orders/present-orders.ts';
import { isAboutAccount, makeAccountJobs, type AccountJobDeps } from './account-jobs.ts';
import type { Made } from './made-mail.ts';
import { isToHolders, makeHolderJobs } from '../mailings/holder-jobs.ts';
import { receiptsFor } from '../receipts/receipts-for.ts';
import { isNews, makeNewsJobs, type NewsJobDeps } from '../notifications/news-jobs.ts';
import type { OutboxRow } from './outbox.ts';

export type JobDeps = AccountJobDeps &
  NewsJobDeps & {
    /** Whether buying needs a confirmed e-mail address. */
    confirmsEmail: boolean;
  };

type SeatRow = { order_id: string; seat_id: string; refund: number | null };

type Facts = {
  id: string;
  amount: number;
  currency: string;
  name: string;
  email: string;
  locale: Locale | null;
  deleted_at: Date | null;
  organizer_deleted_at: Date | null;
  organizer_name: string;
  organizer_email: string;
  organizer_locale: Locale | null;
  unconfirmed_since: Date | null;
  organizer_unconfirmed_since: Date | null;
  sections: string | Section[];
  event_id: number;
  title: string;
  venue: string;
  starts_at: Date;
  time_zone: string | null;
};

/**
 * `refund`: its number, in mails about one. `again`: the number of its repetition that staff asked for
 * (general/orders/send-order-mail.ts). `notice`: the mail goes to the organizer (general/payments/notify-organizer.ts).
 */
const orderPayload = z.object({
  orderId: z.string(),
  refund: z.int().optional(),
  again: z.int().optional(),
  notice: z.object({ amount: z.int(), currency: z.string(), key: z.string() }).optional(),
});
type Subject = z.output<typeof orderPayload>;

/** Builds the mail of each row, or the error if that fails. The same queries, however many rows. */
export async function makeJobs(deps: JobDeps, rows: readonly OutboxRow[]): Promise<Made[]> {
  const {
    account = [],
    news = [],
    holder = [],
    order = [],
  } = Object.groupBy(rows, ({ topic }) => {
    if (isNews(topic)) return 'news';
    if (isToHolders(topic)) return 'holder';
    return isAboutAccount(topic) ? 'account' : 'order';
  });
  const made = [
    makeAccountJobs(deps, account),
    makeNewsJobs(deps, news),
    makeHolderJobs(deps, holder),
    makeOrderJobs(deps, order),
  ];
  return (await Promise.all(made)).flat();
}

async function makeOrderJobs(
  { db, publicUrl, timeZone, confirmsEmail }: JobDeps,
  rows: readonly OutboxRow[],
): Promise<Made[]> {
  if (rows.length === 0) return [];
  const asked = rows.map((row) => ({ row, subject: subjectOf(row) }));
  const orderIds = asked.flatMap(({ subject }) => subject?.orderId ?? []);
  const [orders, seats, refunds, receiptFor] = await Promise.all([
    readFacts(db, orderIds),
    db<SeatRow>('order_seats').whereIn('order_id', orderIds),
    readRefunds(db, {
      orderIds: asked.flatMap(({ subject }) => (subject?.refund === undefined ? [] : subject.orderId)),
    }),
    receiptsFor(db, timeZone, orderIds),
  ]);
  const factsOf = new Map(orders.map((order) => [order.id, order]));
  const seatsOf = Map.groupBy(seats, (seat) => seat.order_id);

  return asked.map(({ row, subject }) => {
    try {
      const facts = factsOf.get(subject?.orderId ?? '');
      if (!subject || !facts) throw new Error(`the order of outbox row ${row.id} does not exist`);
      return {
        row,
        job: !confirmsEmail || isConfirmed(facts, subject) ? jobOf(row.topic, facts, subject) : undefined,
      };
    } catch (error) {
      return { row, error };
    }
  });

  function jobOf(
    topic: string,
    facts: Facts,
    { refund: number, notice, again }: Subject,
  ): OrderMailJob | undefined {
    // Whom it is for has deleted the account.
    if (notice ? facts.organizer_deleted_at : facts.deleted_at) return undefined;
    const refund = refunds.find((each) => each.order_id === facts.id && each.number === number);
    const seatIds = seatsIn(seatsOf.get(facts.id), refund, again !== undefined);
    // All were refunded since it was asked for.
    if (again !== undefined && seatIds.length === 0) return undefined;
    const { id, sections, event_id, title, venue, starts_at, time_zone } = facts;
    const layout = rowsOf(typeof sections === 'string' ? (JSON.parse(sections) as Section[]) : sections);
    const { amount, currency } = notice ?? refund ?? facts;
    const path = notice ? `/organize/orders/${id}` : `/orders/${id}`;
    return orderMailJob.parse({
      id: idOf(topic, id, { refund: refund?.number, notice, again }),
      about: topic,
      ...(notice ? organizerOf(facts) : buyerOf(facts)),
      order: { id, url: new URL(path, publicUrl).href, amount, currency },
      event: {
        id: event_id,
        title,
        venue,
        startsAt: starts_at.toISOString(),
        timeZone: time_zone ?? timeZone,
      },
      seats: seatIds.map((seat) => describeSeat(seat, layout)).toSorted(bySeatId),
      ...(!notice && { receipt: receiptFor(id, facts.locale ?? 'en') }),
    });
  }
}

function readFacts(db: Database, orderIds: readonly string[]): Promise<Facts[]> {
  return db('orders')
    .join('users', 'users.id', 'orders.user_id')
    .join('drops', 'drops.id', 'orders.drop_id')
    .join('events', 'events.id', 'drops.event_id')
    .join('users as organizers', 'organizers.id', 'events.organizer_id')
    .whereIn('orders.id', [...orderIds])
    .select({
      organizer_deleted_at: 'organizers.deleted_at',
      organizer_name: 'organizers.name',
      organizer_email: 'organizers.email',
      organizer_locale: 'organizers.locale',
      organizer_unconfirmed_since: 'organizers.unconfirmed_since',
    })
    .select('orders.id', 'orders.amount', 'orders.currency')
    .select('users.name', 'users.email', 'users.locale', 'users.unconfirmed_since', 'users.deleted_at')
    .select('drops.sections')
    .select({ event_id: 'events.id' })
    .select('events.title', 'events.venue', 'events.starts_at', 'events.time_zone') as Promise<Facts[]>;
}

/** Users type what these mails say: titles and names. */
function isConfirmed(facts: Facts, { notice }: Subject): boolean {
  return (notice ? facts.organizer_unconfirmed_since : facts.unconfirmed_since) === null;
}

/** An order can have several refunds, several notices of a topic and repetitions, each with a mail of its own. */
function idOf(topic: string, id: string, { refund, notice, again }: Omit<Subject, 'orderId'>): string {
  const more = [refund, notice?.key, again === undefined ? undefined : `again-${again}`];
  return [topic, id, ...more.filter((part) => part !== undefined)].join('.');
}

/** The seats of a refund, or all of the order: in a mail that is sent again, those that are still the buyer's. */
function seatsIn(
  seats: readonly SeatRow[] = [],
  refund: Pick<RefundRow, 'number'> | undefined,
  isAgain: boolean,
): string[] {
  return seats
    .filter((seat) => (refund ? seat.refund === refund.number : !isAgain || seat.refund === null))
    .map(({ seat_id }) => seat_id);
}

const buyerOf = ({ name, email, locale }: Facts) => ({
  to: { name, address: email },
  locale: locale ?? 'en',
});

const organizerOf = (facts: Facts) => ({
  to: { name: facts.organizer_name, address: facts.organizer_email },
  locale: facts.organizer_locale ?? 'en',
});

function subjectOf({ payload }: OutboxRow): Subject | undefined {
  try {
    return orderPayload.parse(typeof payload === 'string' ? JSON.parse(payload) : payload);
  } catch {
    return undefined;
  }
}

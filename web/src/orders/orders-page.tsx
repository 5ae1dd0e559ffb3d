import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { eventQuery, ordersQuery } from '../api/queries.ts';
import type { Event, Order, User } from '../api/types.ts';
import { ButtonLink } from '../design/button.tsx';
import { classes } from '../design/classes.ts';
import { Blank, Page } from '../design/page.tsx';
import { Paged } from '../design/paged.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { EventArt } from '../design/art/event-art.tsx';
import { AboutTickets, useLocale } from '../i18n/locale.tsx';
import { priceWords } from '../i18n/price-words.ts';
import { SignInFirst } from '../session/sign-in-first.tsx';
import styles from './orders-page.module.css';
import { hasOwnEntries, OwnEntryList } from './own-entries.tsx';
import { ownEntriesQuery } from './own-entries-query.ts';

/** Heights in rem of the outline that is shown until the orders have come. */
const heights = [3, 8, 8];

export default function OrdersPage() {
  const { text } = useLocale();
  return (
    <Page title={text.orders.title}>
      <SignInFirst why={text.orders.signIn}>{(user) => <Orders user={user} />}</SignInFirst>
    </Page>
  );
}

/** The orders come after the entries, which would otherwise move them. */
function Orders({ user }: { user: User }) {
  const { text } = useLocale();
  const query = useInfiniteQuery(ordersQuery(user.id));
  const entries = useQuery(ownEntriesQuery(user));
  if (entries.isLoading) return <Skeleton heights={heights} />;
  const list = (orders: Order[]) => <OrderList orders={orders} />;
  if (!hasOwnEntries(entries)) {
    const empty = (
      <Blank title={text.orders.empty}>
        <p>{text.orders.emptyHint}</p>
        <ButtonLink href="/">{text.orders.browse}</ButtonLink>
      </Blank>
    );
    return (
      <Paged query={query} heights={heights} empty={empty}>
        {(orders) => (
          <>
            <h1>{text.orders.title}</h1>
            {list(orders)}
          </>
        )}
      </Paged>
    );
  }
  return (
    <>
      <h1>{text.orders.title}</h1>
      <OwnEntryList query={entries} />
      <Paged
        query={query}
        heights={heights.slice(1)}
        empty={<p className={styles.soft}>{text.orders.empty}</p>}
      >
        {list}
      </Paged>
    </>
  );
}

/**
 * An order is shown once its event has come or failed to: a title that comes later would move the orders
 * below.
 */
function OrderList({ orders }: { orders: Order[] }) {
  const ids = [...new Set(orders.map(({ eventId }) => eventId))];
  const queries = useQueries({ queries: ids.map(eventQuery) });
  const eventOf = new Map(ids.map((id, index) => [id, queries[index]]));
  const firstToCome = orders.findIndex(({ eventId }) => eventOf.get(eventId)?.isPending);
  const shown = firstToCome === -1 ? orders : orders.slice(0, firstToCome);
  if (shown.length === 0) return <Skeleton heights={heights.slice(1)} />;
  return (
    <ul className={styles.list}>
      {shown.map((order) => (
        <li key={order.id}>
          <AboutTickets isFree={order.amount.amount === 0}>
            <OrderCard order={order} event={eventOf.get(order.eventId)?.data} />
          </AboutTickets>
        </li>
      ))}
    </ul>
  );
}

function OrderCard({ order, event }: { order: Order; event: Event | undefined }) {
  const locale = useLocale();
  const { text, format } = locale;
  const isValid = order.status === 'paid';
  const valid = order.seats.filter(({ state }) => state === 'valid');
  return (
    <article className={classes(styles.card, !isValid && styles.isVoid)}>
      <div className={styles.art}>{event && <EventArt title={event.title} />}</div>
      <div className={styles.words}>
        <h2>
          <Link href={`/orders/${order.id}`} className={styles.cover}>
            <bdi>{event?.title ?? text.orders.order}</bdi>
          </Link>
        </h2>
        {event && (
          <p>
            {format.moment(event.startsAt, event.timeZone)} · <bdi>{event.venue}</bdi>
          </p>
        )}
        <p className={styles.soft}>
          {text.common.seats(isValid ? valid.length : order.seats.length)} ·{' '}
          {priceWords(locale, order.amount)} ·{' '}
          {isValid
            ? text.orders.bought(format.shortDay(order.createdAt, format.here))
            : text.orders.status[order.status]}
        </p>
      </div>
    </article>
  );
}

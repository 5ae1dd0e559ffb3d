import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { eventQuery, ordersQuery } from '../api/queries.ts';
import type { Order, User } from '../api/types.ts';
import { Button, ButtonLink } from '../design/button.tsx';
import { classes } from '../design/classes.ts';
import { Blank, LoadFailed, Page } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { EventArt } from '../events/art/event-art.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { SignInFirst } from '../session/sign-in-first.tsx';
import styles from './orders-page.module.css';

export default function OrdersPage() {
  const { text } = useLocale();
  return (
    <Page title={text.orders.title}>
      <SignInFirst why={text.orders.signIn}>{(user) => <Orders user={user} />}</SignInFirst>
    </Page>
  );
}

function Orders({ user }: { user: User }) {
  const { text } = useLocale();
  const query = useInfiniteQuery(ordersQuery(user.id));
  const orders = query.data?.pages.flatMap(({ items }) => items);
  if (!orders) {
    return query.error ? (
      <LoadFailed error={query.error} retry={query.refetch} />
    ) : (
      <Skeleton heights={[3, 8, 8]} />
    );
  }
  if (orders.length === 0) {
    return (
      <Blank title={text.orders.empty}>
        <p>{text.orders.emptyHint}</p>
        <ButtonLink href="/">{text.orders.browse}</ButtonLink>
      </Blank>
    );
  }
  return (
    <>
      <h1>{text.orders.title}</h1>
      <ul className={styles.list}>
        {orders.map((order) => (
          <li key={order.id}>
            <OrderCard order={order} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {text.common.showMore}
        </Button>
      )}
    </>
  );
}

function OrderCard({ order }: { order: Order }) {
  const { text, format } = useLocale();
  const { data: event } = useQuery(eventQuery(order.eventId));
  const isValid = order.status === 'paid';
  return (
    <article className={classes(styles.card, !isValid && styles.isVoid)}>
      <div className={styles.art}>{event && <EventArt title={event.title} />}</div>
      <div className={styles.words}>
        <h2>
          <Link href={`/orders/${order.id}`} className={styles.cover}>
            {event?.title ?? text.orders.order}
          </Link>
        </h2>
        {event && (
          <p>
            {format.moment(event.startsAt)} · {event.venue}
          </p>
        )}
        <p className={styles.soft}>
          {text.common.seats(order.seats.length)} · {format.money(order.amount)} ·{' '}
          {isValid ? text.orders.bought(format.shortDay(order.createdAt)) : text.orders.status[order.status]}
        </p>
      </div>
    </article>
  );
}

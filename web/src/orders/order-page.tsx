import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useParams } from 'wouter';
import { Refusal } from '../api/http.ts';
import { eventQuery, orderQuery } from '../api/queries.ts';
import type { Event, User } from '../api/types.ts';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { LoadFailed, Page } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { AboutTickets, useLocale } from '../i18n/locale.tsx';
import { SignInFirst } from '../session/sign-in-first.tsx';
import { MissingPage } from '../shell/missing-page.tsx';
import { keepTickets, type KeptOrder } from '../offline/keep-tickets.ts';
import { GiveBack } from './give-back.tsx';
import { KeptNote } from './kept-note.tsx';
import { OrderFiles } from './order-files.tsx';
import { OrderLines } from './order-lines.tsx';
import styles from './order-page.module.css';
import { Ticket } from './ticket.tsx';

/** Milliseconds before the server is asked again, while the page shows what was kept. */
const askAgainEvery = 3_000;

const isKept = (order: KeptOrder | undefined) => order?.keptAt !== undefined;

export default function OrderPage() {
  const { text } = useLocale();
  const { id } = useParams<{ id: string }>();
  return <SignInFirst why={text.orders.signIn}>{(user) => <Loaded id={id} user={user} />}</SignInFirst>;
}

function Loaded({ id, user }: { id: string; user: User }) {
  const { text } = useLocale();
  const {
    data: order,
    error,
    refetch,
  } = useQuery({
    ...orderQuery(id, user.id),
    refetchInterval: ({ state }) => (isKept(state.data) ? askAgainEvery : false),
  });
  const { data: event } = useQuery({ ...eventQuery(order?.eventId ?? 0), enabled: order !== undefined });
  if (error instanceof Refusal && (error.status === 404 || error.status === 422)) {
    return <MissingPage title={text.order.notFound} />;
  }
  return (
    <Page title={event?.title ?? text.order.title}>
      {order && event && (
        <AboutTickets isFree={order.amount.amount === 0}>
          <Tickets order={order} event={event} user={user} />
        </AboutTickets>
      )}
      {error && !order && <LoadFailed error={error} retry={refetch} />}
      {!error && !(order && event) && <Skeleton heights={[3, 14, 14]} />}
    </Page>
  );
}

function Tickets({ order, event, user }: { order: KeptOrder; event: Event; user: User }) {
  const { text, format, isFree } = useLocale();
  const isValid = order.status === 'paid';
  const { keptAt } = order;
  const valid = order.seats.filter(({ state }) => state === 'valid');
  useEffect(() => {
    // Without it tickets are only missing offline: storage may be full or refused.
    if (keptAt === undefined) keepTickets(user, order, event).catch(() => {});
  }, [user, order, event, keptAt]);
  return (
    <div className={styles.order}>
      <header className={styles.head}>
        <div>
          <h1>{text.order.title}</h1>
          <p className={styles.soft}>
            {text.orders.bought(format.moment(order.createdAt, format.here))} ·{' '}
            {isFree ? text.free.price : `${text.order.total} ${format.money(order.amount)}`}
            {order.refunded.amount > 0 && ` · ${text.order.givenBack(format.money(order.refunded))}`}
          </p>
        </div>
        <div className={styles.actions}>
          {isValid && (
            <Button look="quiet" onClick={() => window.print()}>
              {text.order.print}
            </Button>
          )}
          {keptAt === undefined && <OrderFiles order={order} />}
        </div>
      </header>
      {keptAt !== undefined && <KeptNote keptAt={keptAt} />}
      {order.status === 'paid' ? (
        <p className={styles.door}>{text.order.door}</p>
      ) : (
        <Notice tone="bad">{text.order[order.status]}</Notice>
      )}
      <OrderLines order={order} />
      {keptAt === undefined && <GiveBack order={order} event={event} />}
      {order.contact !== undefined && (
        <p className={styles.contact}>
          {text.order.contact} <a href={`mailto:${order.contact}`}>{order.contact}</a>
        </p>
      )}
      <ol className={styles.tickets}>
        {order.seats.map((seat) => (
          <li key={seat.id}>
            <Ticket
              seat={seat}
              place={{ number: valid.indexOf(seat) + 1, of: valid.length }}
              order={order}
              event={event}
              holder={user.name}
            />
          </li>
        ))}
      </ol>
    </div>
  );
}

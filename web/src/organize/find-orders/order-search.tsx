import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Refusal } from '../../api/http.ts';
import { Empty } from '../../design/empty.tsx';
import { Paged } from '../../design/paged.tsx';
import rows from '../../design/rows.module.css';
import { AboutTickets, useLocale } from '../../i18n/locale.tsx';
import { priceWords } from '../../i18n/price-words.ts';
import { foundOrdersQuery, type FoundOrder } from '../../staff/queries.ts';
import { SearchField, useSearch } from '../../staff/search-field.tsx';
import { useWords } from '../../staff/use-words.ts';
import styles from './order-search.module.css';

/** The server refuses shorter texts. */
const shortest = 2;

/** @param untilSearch shown below the field until something is searched for */
export function OrderSearch({ untilSearch }: { untilSearch?: ReactNode }) {
  const { findOrders: words } = useWords();
  const { search, typing } = useSearch();
  return (
    <>
      <SearchField
        {...typing}
        label={words.search}
        hint={words.searchHint}
        maxLength={100}
        className={styles.search}
      />
      {search.length < shortest ? (
        <>
          <Empty title={words.start} hint={words.startHint} />
          {untilSearch}
        </>
      ) : (
        <Results search={search} />
      )}
    </>
  );
}

function Results({ search }: { search: string }) {
  const { findOrders: words } = useWords();
  const query = useInfiniteQuery(foundOrdersQuery(search));
  const { error } = query;
  if (error instanceof Refusal && error.code === 'search_too_broad')
    return <Empty title={words.tooBroad} hint={words.tooBroadHint} />;
  if (error instanceof Refusal && error.code === 'invalid_request')
    return <Empty title={words.empty} hint={words.emptyHint} />;
  return (
    <Paged query={query} heights={[4, 4, 4]} empty={<Empty title={words.empty} hint={words.emptyHint} />}>
      {(orders) => <FoundList orders={orders} />}
    </Paged>
  );
}

type FoundListProps<Order> = {
  orders: readonly Order[];
  /** What else is to be said of an order. */
  noteOn?: (order: Order) => string;
};

export function FoundList<Order extends FoundOrder>({ orders, noteOn }: FoundListProps<Order>) {
  return (
    <ul className={rows.rows}>
      {orders.map((order) => (
        <li key={order.id} className={styles.order}>
          <AboutTickets isFree={order.amount.amount === 0}>
            <FoundRow order={order} note={noteOn?.(order)} />
          </AboutTickets>
        </li>
      ))}
    </ul>
  );
}

function FoundRow({ order, note }: { order: FoundOrder; note: string | undefined }) {
  const locale = useLocale();
  const { text, format } = locale;
  const { orders: words } = useWords();
  const { buyer, seats } = order;
  return (
    <>
      <div className={rows.cell}>
        <p className={rows.name}>
          <Link href={`/organize/orders/${order.id}`}>
            <bdi>{buyer.name}</bdi>
          </Link>
        </p>
        <p className={rows.soft}>
          <bdi>{buyer.email}</bdi>
        </p>
      </div>
      <div className={rows.cell}>
        <p className={styles.event}>
          <bdi>{order.eventTitle}</bdi>
        </p>
        <p className={rows.soft}>
          {seats
            .map(({ section, row, number }) => words.place(section, row, String(number)))
            .join(text.common.comma)}
        </p>
        <p className={rows.soft}>
          {format.moment(order.createdAt, format.here)} · {order.id}
        </p>
        {note !== undefined && <p className={styles.event}>{note}</p>}
      </div>
      <p className={rows.cell}>
        <strong>{priceWords(locale, order.amount)}</strong>
        <br />
        <span className={rows.soft}>{words.status[order.status]}</span>
      </p>
    </>
  );
}

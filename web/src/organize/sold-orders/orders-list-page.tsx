import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Drop } from '../../api/types.ts';
import { classes } from '../../design/classes.ts';
import { Paged } from '../../design/paged.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { priceWords } from '../../i18n/price-words.ts';
import { groupSeats } from '../../seats/seat-groups.ts';
import { Empty } from '../../design/empty.tsx';
import { soldOrdersQuery, type SoldOrder } from '../../staff/queries.ts';
import rows from '../../design/rows.module.css';
import { useWords } from '../../staff/use-words.ts';
import { DropSubpage } from '../drop-subpage.tsx';
import styles from './orders-list-page.module.css';
import { RefundButton } from './refund-button.tsx';

export default function OrdersListPage() {
  const { orders: words } = useWords();
  return (
    <DropSubpage title={words.title} csv={words.csv}>
      {(drop) => (
        <>
          <h2 className="unseen">{words.title}</h2>
          <Orders drop={drop} />
        </>
      )}
    </DropSubpage>
  );
}

function Orders({ drop }: { drop: Drop }) {
  const { orders: words } = useWords();
  const query = useInfiniteQuery({ ...soldOrdersQuery(drop.id), refetchInterval: 5_000 });
  return (
    <Paged query={query} heights={[4, 4, 4]} empty={<Empty title={words.empty} hint={words.emptyHint} />}>
      {(orders) => (
        <ul className={rows.rows}>
          {orders.map((order) => (
            <li key={order.id} className={styles.order}>
              <OrderRow order={order} drop={drop} />
            </li>
          ))}
        </ul>
      )}
    </Paged>
  );
}

function OrderRow({ order, drop }: { order: SoldOrder; drop: Drop }) {
  const locale = useLocale();
  const { text, format } = locale;
  const { orders: words } = useWords();
  const used = usedTickets(order);
  const withheld = order.seats.filter((seat) => seat.withheld).length;
  const placesOf = (seats: SoldOrder['seats']) =>
    groupSeats(
      seats.map((seat) => seat.id),
      drop.sections,
    ).map(({ section, row, numbers }) => words.place(section, row, numbers.join(text.common.comma)));
  const shown = order.status === 'paid' ? order.seats.filter(({ state }) => state === 'valid') : order.seats;
  return (
    <>
      <div className={rows.cell}>
        <p className={rows.name} id={`buyer-${order.id}`}>
          <Link href={`/organize/orders/${order.id}`}>
            <bdi>{order.buyer.name}</bdi>
          </Link>
        </p>
        <p className={rows.soft}>
          <bdi>{order.buyer.email}</bdi>
        </p>
      </div>
      <div className={rows.cell}>
        {placesOf(shown).map((place) => (
          <p key={place}>{place}</p>
        ))}
        <Refunds order={order} placesOf={placesOf} />
        <p className={rows.soft}>
          {format.moment(order.createdAt, format.here)} · {order.id}
        </p>
        {withheld > 0 ? (
          <p className={styles.back}>{words.withheld(withheld)}</p>
        ) : (
          used > 0 && <p className={rows.soft}>{words.used(used)}</p>
        )}
      </div>
      <p className={rows.cell}>
        <strong>{priceWords(locale, order.amount)}</strong>
        <br />
        <span className={classes(rows.soft, order.status !== 'paid' && styles.back)}>
          {words.status[order.status]}
        </span>
        {order.status === 'paid' && order.refunded.amount > 0 && (
          <span className={classes(rows.soft, styles.given)}>
            {words.givenBack(format.money(order.refunded))}
          </span>
        )}
        <PaymentMarks order={order} />
      </p>
      <div className={rows.actions}>{order.status === 'paid' && <RefundButton order={order} />}</div>
    </>
  );
}

/** What happened to the money at the bank or the provider; the page of the order says more. */
function PaymentMarks({ order: { disputed, refundedOutside } }: { order: SoldOrder }) {
  const { format } = useLocale();
  const { orders: words } = useWords();
  return (
    <>
      {disputed && <span className={classes(rows.soft, styles.back, styles.mark)}>{words.disputed}</span>}
      {refundedOutside && (
        <span className={classes(rows.soft, styles.mark)}>
          {words.outside(format.money(refundedOutside))}
        </span>
      )}
    </>
  );
}

const usedTickets = ({ seats }: SoldOrder) =>
  seats.filter(({ checkedInAt }) => checkedInAt !== undefined).length;

/** Which seats of an order were given back, of an order that has others; and refunds that have failed so far. */
function Refunds({
  order,
  placesOf,
}: {
  order: SoldOrder;
  placesOf: (seats: SoldOrder['seats']) => string[];
}) {
  const { format } = useLocale();
  const { orders: words } = useWords();
  const failed = order.refunds.filter(({ failure }) => failure !== undefined);
  return (
    <>
      {order.status === 'paid' &&
        (['refunding', 'refunded'] as const).map((state) =>
          placesOf(order.seats.filter((seat) => seat.state === state)).map((place) => (
            <p key={state + place} className={styles.back}>
              {words.seatsBack[state](place)}
            </p>
          )),
        )}
      {failed.map(({ number, amount, failure }) => (
        <p key={number} className={styles.back} role="status">
          {words.refundFailed(format.money(amount), failure?.reason ?? '')}
        </p>
      ))}
    </>
  );
}

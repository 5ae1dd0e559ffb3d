import { useLocale } from '../../i18n/locale.tsx';
import { priceWords } from '../../i18n/price-words.ts';
import type { FoundOrder } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './order-record.module.css';

export function OrderSummary({ order }: { order: FoundOrder }) {
  const locale = useLocale();
  const { format } = locale;
  const { orders, orderRecord: words } = useWords();
  return (
    <dl className={styles.summary}>
      <div>
        <dt>{words.order}</dt>
        <dd>
          {order.id}
          <br />
          <bdi>{order.buyer.email}</bdi>
        </dd>
      </div>
      <div>
        <dt>{words.paid}</dt>
        <dd>
          <strong>{priceWords(locale, order.amount)}</strong> · {orders.status[order.status]}
        </dd>
      </div>
      <div>
        <dt>{words.bought}</dt>
        <dd>{format.moment(order.createdAt, format.here)}</dd>
      </div>
      <div>
        <dt>{words.seats}</dt>
        <dd>
          {order.seats.map(({ id, section, row, number }) => (
            <p key={id}>{orders.place(section, row, String(number))}</p>
          ))}
        </dd>
      </div>
    </dl>
  );
}

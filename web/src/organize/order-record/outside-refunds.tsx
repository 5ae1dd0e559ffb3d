import rows from '../../design/rows.module.css';
import { useLocale } from '../../i18n/locale.tsx';
import type { OrderPayments } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './order-record.module.css';

/** Shown only if there are any. */
export function OutsideRefunds({ refunds }: { refunds: OrderPayments['outsideRefunds'] }) {
  const { format } = useLocale();
  const { orderRecord: words } = useWords();
  if (refunds.length === 0) return null;
  return (
    <section className={styles.part} aria-labelledby="outside">
      <h2 id="outside">{words.outside}</h2>
      <p className={rows.soft}>{words.outsideHint}</p>
      <ul className={rows.rows}>
        {refunds.map(({ ref, amount, status, madeAt }) => (
          <li key={ref}>
            <div className={rows.cell}>
              <p className={rows.name}>
                {format.money(amount)} · {words.outsideStatus[status]}
              </p>
              <p className={rows.soft}>
                {format.moment(madeAt, format.here)} · {ref}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

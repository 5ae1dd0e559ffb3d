import { classes } from '../../design/classes.ts';
import rows from '../../design/rows.module.css';
import { useLocale } from '../../i18n/locale.tsx';
import type { OrderPayments } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './order-record.module.css';

export function DisputeList({ disputes }: { disputes: OrderPayments['disputes'] }) {
  const { format } = useLocale();
  const { orderRecord: words } = useWords();
  return (
    <section className={styles.part} aria-labelledby="disputes">
      <h2 id="disputes">{words.disputes}</h2>
      {disputes.length === 0 ? (
        <p className={rows.soft}>{words.noDisputes}</p>
      ) : (
        <ul className={rows.rows}>
          {disputes.map(({ ref, amount, reason, status, respondBy, openedAt }) => (
            <li key={ref}>
              <div className={rows.cell}>
                <p className={classes(rows.name, status !== 'won' && status !== 'closed' && styles.bad)}>
                  {format.money(amount)} · {words.disputeStatus[status]}
                </p>
                {status === 'needs_response' && respondBy !== undefined && (
                  <p>{words.respondBy(format.moment(respondBy, format.here))}</p>
                )}
                <p className={rows.soft}>
                  {words.dispute(reason)} · {words.opened(format.moment(openedAt, format.here))} · {ref}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

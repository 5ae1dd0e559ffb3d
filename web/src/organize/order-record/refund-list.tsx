import rows from '../../design/rows.module.css';
import { useLocale } from '../../i18n/locale.tsx';
import type { FoundOrder } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './order-record.module.css';

type AskedKey = 'reason' | 'requestedAs' | 'requestedBy';

/** Shown only if there are any. */
export function RefundList({ refunds }: { refunds: FoundOrder['refunds'] }) {
  const { format, isFree } = useLocale();
  const { orderRecord: words } = useWords();
  if (refunds.length === 0) return null;
  return (
    <section className={styles.part} aria-labelledby="refunds">
      <h2 id="refunds">{words.refunds}</h2>
      <ol className={rows.rows}>
        {refunds.map(({ number, amount, status, requestedAt, updatedAt, failure, ...asked }) => (
          <li key={number}>
            <div className={rows.cell}>
              <p className={rows.name}>
                {!isFree && `${format.money(amount)} · `}
                {words.refundStatus[status]}
              </p>
              {failure && <p className={styles.bad}>{words.refundFailed(failure.reason, failure.tries)}</p>}
              <p className={rows.soft}>
                <AskedBy asked={asked} /> · {words.begun(format.moment(requestedAt, format.here))} ·{' '}
                {words.changed(format.moment(updatedAt, format.here))}
              </p>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** By whom, and with which right. */
function AskedBy({ asked }: { asked: Pick<FoundOrder['refunds'][number], AskedKey> }) {
  const { orderRecord: words } = useWords();
  const { reason, requestedAs, requestedBy } = asked;
  const isByAdmin = reason === 'organizer' && requestedAs === 'admin';
  return (
    <>
      {words.refundBy[isByAdmin ? 'admin' : reason]}
      {requestedBy !== undefined && (
        <>
          {' '}
          (<bdi>{requestedBy}</bdi>)
        </>
      )}
    </>
  );
}

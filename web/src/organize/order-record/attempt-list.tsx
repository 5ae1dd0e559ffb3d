import rows from '../../design/rows.module.css';
import { useLocale } from '../../i18n/locale.tsx';
import { priceWords } from '../../i18n/price-words.ts';
import type { OrderPayments } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './order-record.module.css';

type Attempt = OrderPayments['attempts'][number];
type PaymentEvent = OrderPayments['events'][number];

export function AttemptList({ attempts, events }: { attempts: Attempt[]; events: PaymentEvent[] }) {
  const { orderRecord: words } = useWords();
  return (
    <section className={styles.part} aria-labelledby="attempts">
      <h2 id="attempts">{words.attempts}</h2>
      {attempts.length === 0 ? (
        <p className={rows.soft}>{words.noAttempts}</p>
      ) : (
        <ol className={rows.rows}>
          {attempts.map((attempt) => (
            <li key={attempt.number}>
              <AttemptRow
                attempt={attempt}
                events={events.filter((event) => event.attempt === attempt.number)}
              />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function AttemptRow({ attempt, events }: { attempt: Attempt; events: PaymentEvent[] }) {
  const locale = useLocale();
  const { format } = locale;
  const { orderRecord: words } = useWords();
  const { number, status, reason, provider, ref, card, payout, confirmedAt, endedAt } = attempt;
  const isFree = provider === 'free';
  const at = (time: string) => format.moment(time, format.here);
  return (
    <div className={rows.cell}>
      <p className={rows.name}>
        {words.attempt(number)} · {priceWords(locale, attempt.amount)} · {words.attemptStatus[status]}
      </p>
      {reason !== undefined && <p className={rows.soft}>{reason}</p>}
      <p className={rows.soft}>
        {[
          words.begun(at(attempt.begunAt)),
          confirmedAt !== undefined && !isFree && words.confirmed(at(confirmedAt)),
          endedAt !== undefined && words.ended(at(endedAt)),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <p className={rows.soft}>
        {isFree ? words.nothingToPay : ref === undefined ? provider : words.providerId(provider, ref)}
        {card !== undefined && ` · ${words.card(card)}`}
      </p>
      {payout && (
        <p className={rows.soft}>
          {words.paidOut(payout.account, format.money(payout.fee))}
          {payout.transfer !== undefined && ` · ${words.transfer(payout.transfer)}`}
        </p>
      )}
      {events.length > 0 && (
        <ul className={styles.events}>
          {events.map((event) => (
            <li key={event.at + event.reason}>
              {words.events[event.kind](event.reason)}
              {event.card !== undefined && ` · ${words.card(event.card)}`} · {at(event.at)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

import type { Event, Order } from '../api/types.ts';
import { EventArt } from '../design/art/event-art.tsx';
import { classes } from '../design/classes.ts';
import { QrCode } from '../design/qr-code.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './ticket.module.css';

type TicketProps = {
  seat: Order['seats'][number];
  /** Among the valid tickets of the order. */
  place: { number: number; of: number };
  order: Order;
  event: Event;
  holder: string;
};

/** Here and not in the catalogs, which every page loads. */
const words = {
  en: {
    place: (number: number, of: number) => `Ticket ${number} of ${of}`,
    code: 'If it cannot be scanned, read this code aloud:',
  },
  'zh-Hant': {
    place: (number: number, of: number) => `門票 ${number}／${of}`,
    code: '若無法掃描，請唸出此代碼：',
  },
};

/** One ticket for one seat, as shown at the door or printed. */
export function Ticket({ seat, place, order, event, holder }: TicketProps) {
  const { text, format, locale } = useLocale();
  const say = words[locale];
  const isValid = seat.state === 'valid';
  const name = text.map.seatAt(seat.section, seat.row, seat.number);
  return (
    <article className={classes(styles.ticket, !isValid && styles.isVoid)}>
      <div className={styles.art}>
        <EventArt title={event.title} />
      </div>
      <div className={styles.body}>
        {isValid && <p className={styles.place}>{say.place(place.number, place.of)}</p>}
        <h2 dir="auto">{event.title}</h2>
        <p className={styles.when}>
          {text.order.when(
            format.fullDay(event.startsAt, event.timeZone),
            format.time(event.startsAt, event.timeZone),
          )}
          <br />
          <bdi>{event.venue}</bdi>
        </p>
        <dl className={styles.seat}>
          <div>
            <dt>{text.order.section}</dt>
            <dd dir="auto">{seat.section}</dd>
          </div>
          <div>
            <dt>{text.order.row}</dt>
            <dd>{seat.row}</dd>
          </div>
          <div>
            <dt>{text.order.seat}</dt>
            <dd>{seat.number}</dd>
          </div>
        </dl>
        <p className={styles.small}>
          {text.common.named(text.order.holder)} <bdi>{holder}</bdi> · {order.id}
        </p>
      </div>
      <div className={styles.stub}>
        {isValid && seat.ticket !== undefined && (
          <QrCode value={seat.ticket} label={text.order.code(name)} className={styles.code} />
        )}
        {isValid && seat.code !== undefined && (
          <p className={styles.spoken}>
            <span className={styles.small}>{say.code}</span>
            <strong>{seat.code}</strong>
          </p>
        )}
        {isValid && seat.ticket === undefined && <p className={styles.noCode}>{text.order.codeLater}</p>}
        {!isValid && <p className={styles.noCode}>{text.order.notValid}</p>}
        <p className={styles.small}>{text.order.admitOne}</p>
      </div>
    </article>
  );
}

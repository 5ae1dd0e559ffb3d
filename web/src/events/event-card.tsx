import { Link } from 'wouter';
import type { EventSummary } from '../api/types.ts';
import { EventArt } from '../design/art/event-art.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { seatPriceWords } from '../i18n/price-words.ts';
import styles from './event-card.module.css';
import { DropLine } from './drop-line.tsx';
import { nextDrop } from './next-drop.ts';

export function EventGrid({ events, isPast = false }: { events: readonly EventSummary[]; isPast?: boolean }) {
  return (
    <ul className={styles.grid}>
      {events.map((event) => (
        <li key={event.id}>
          <EventCard event={event} isPast={isPast} />
        </li>
      ))}
    </ul>
  );
}

function EventCard({ event, isPast }: { event: EventSummary; isPast: boolean }) {
  const locale = useLocale();
  const { text, format } = locale;
  const drop = nextDrop(event.drops);
  const date = format.dayAndMonth(event.startsAt, event.timeZone);
  return (
    <article className={styles.card}>
      <div className={styles.picture}>
        <EventArt title={event.title} />
      </div>
      <div className={styles.stub}>
        <p className={styles.date} aria-hidden="true">
          <span>{date.day}</span>
          <span>{date.month}</span>
        </p>
        <div className={styles.words}>
          <h2>
            <Link href={`/events/${event.id}`} className={styles.cover}>
              <bdi>{event.title}</bdi>
            </Link>
          </h2>
          <p className={styles.soft}>
            <span className="unseen">
              {format.day(event.startsAt, event.timeZone)}
              {text.common.stop}
            </span>
            <bdi>{event.venue}</bdi>
          </p>
          <div className={styles.foot}>
            {isPast ? (
              <span className={styles.soft}>{format.day(event.startsAt, event.timeZone)}</span>
            ) : (
              <DropLine drop={drop} timeZone={event.timeZone} />
            )}
            {drop && !isPast && <span className={styles.soft}>{seatPriceWords(locale, drop)}</span>}
          </div>
        </div>
      </div>
    </article>
  );
}

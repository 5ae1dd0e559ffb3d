import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { eventsQuery } from '../api/queries.ts';
import type { DropSummary, EventSummary } from '../api/types.ts';
import { Countdown } from '../clock/countdown.tsx';
import { Blank, Page } from '../design/page.tsx';
import { Paged } from '../design/paged.tsx';
import { DropBadge } from '../design/drop-badge.tsx';
import { useDropStatus } from '../live/use-drop-status.ts';
import { useLocale } from '../i18n/locale.tsx';
import { seatPriceWords } from '../i18n/price-words.ts';
import { EventArt } from '../design/art/event-art.tsx';
import styles from './events-page.module.css';
import { nextDrop, featuredDrop } from './next-drop.ts';
import { DropLink } from './drop-link.tsx';
import { DropLine } from './drop-line.tsx';

/** Milliseconds. Availability changes while the page is open. */
const lookAgainEvery = 30_000;

export function EventsPage() {
  const { text } = useLocale();
  const query = useInfiniteQuery({ ...eventsQuery, refetchInterval: lookAgainEvery });
  const empty = (
    <Blank title={text.events.empty}>
      <p>{text.events.emptyHint}</p>
    </Blank>
  );
  return (
    <Page title={text.events.title}>
      <Paged query={query} heights={[3, 22, 16]} empty={empty}>
        {(events) => <Events events={events} />}
      </Paged>
    </Page>
  );
}

function Events({ events }: { events: EventSummary[] }) {
  const { text } = useLocale();
  const next = featuredOf(events);
  return (
    <>
      <header className={styles.head}>
        <h1>{text.events.title}</h1>
        <p>{text.events.lead}</p>
      </header>
      {next && <Next {...next} />}
      <ul className={styles.grid}>
        {events
          .filter((event) => event !== next?.event)
          .map((event) => (
            <li key={event.id}>
              <EventCard event={event} />
            </li>
          ))}
      </ul>
    </>
  );
}

function EventCard({ event }: { event: EventSummary }) {
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
            <DropLine drop={drop} timeZone={event.timeZone} />
            {drop && <span className={styles.soft}>{seatPriceWords(locale, drop)}</span>}
          </div>
        </div>
      </div>
    </article>
  );
}

type Shown = { event: EventSummary; drop: DropSummary };

/** The drop at the top of the page. A drop that has just opened stays there, since it can be bought. */
function featuredOf(events: readonly EventSummary[]): Shown | undefined {
  const shown = events.flatMap((event) => event.drops.map((drop) => ({ event, drop })));
  return featuredDrop(shown, ({ drop }) => drop);
}

function Next({ event, drop }: Shown) {
  const { text, format } = useLocale();
  const { phase, status } = useDropStatus(drop);
  const opensAt = Date.parse(drop.opensAt);
  return (
    <section className={styles.next} aria-labelledby="next-drop">
      <div className={styles.nextArt}>
        <EventArt title={event.title} />
      </div>
      <div className={styles.nextWords}>
        <p className={styles.soft}>
          {phase === 'scheduled' ? text.events.next : <DropBadge status={status} />}
        </p>
        <h2 id="next-drop" dir="auto">
          {event.title}
        </h2>
        <p>
          {format.day(event.startsAt, event.timeZone)}
          <br />
          <bdi>{event.venue}</bdi>
        </p>
        {phase === 'scheduled' && <Countdown to={opensAt} />}
        <DropLink drop={drop} status={status} look="now" />
      </div>
    </section>
  );
}

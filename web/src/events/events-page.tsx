import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { eventsQuery } from '../api/queries.ts';
import type { DropSummary, EventSummary } from '../api/types.ts';
import { Countdown } from '../clock/countdown.tsx';
import { serverClock } from '../clock/server-clock.ts';
import { useHasCome } from '../clock/use-server-now.ts';
import { ButtonLink } from '../design/button.tsx';
import { Blank, Page } from '../design/page.tsx';
import { Paged } from '../design/paged.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { EventArt } from './art/event-art.tsx';
import styles from './events-page.module.css';
import { nextSale } from './next-sale.ts';
import { SaleLine } from './sale-line.tsx';

export function EventsPage() {
  const { text } = useLocale();
  const query = useInfiniteQuery(eventsQuery);
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
  const next = nextToOpen(events);
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
  const { text, format } = useLocale();
  const drop = nextSale(event.drops);
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
              {event.title}
            </Link>
          </h2>
          <p className={styles.soft}>
            <span className="unseen">{format.day(event.startsAt, event.timeZone)}, </span>
            {event.venue}
          </p>
          <div className={styles.foot}>
            <SaleLine drop={drop} timeZone={event.timeZone} />
            {drop && <span className={styles.soft}>{text.events.from(format.money(drop.price))}</span>}
          </div>
        </div>
      </div>
    </article>
  );
}

type Coming = { event: EventSummary; drop: DropSummary; opensAt: number };

/** The next sale to open. One that has just opened stays in its place for two minutes. */
function nextToOpen(events: readonly EventSummary[]): Coming | undefined {
  const now = serverClock.now();
  return events
    .flatMap((event) => event.drops.map((drop) => ({ event, drop, opensAt: Date.parse(drop.opensAt) })))
    .filter(({ drop, opensAt }) => drop.state !== 'cancelled' && opensAt > now - 120_000)
    .toSorted((a, b) => a.opensAt - b.opensAt)[0];
}

function Next({ event, drop, opensAt }: Coming) {
  const { text, format } = useLocale();
  const isOpen = useHasCome(opensAt);
  return (
    <section className={styles.next} aria-labelledby="next-sale">
      <div className={styles.nextArt}>
        <EventArt title={event.title} />
      </div>
      <div className={styles.nextWords}>
        <p className={styles.soft}>{isOpen ? text.events.onSaleNow : text.events.next}</p>
        <h2 id="next-sale">{event.title}</h2>
        <p>
          {format.day(event.startsAt, event.timeZone)}
          <br />
          {event.venue}
        </p>
        {!isOpen && <Countdown to={opensAt} />}
        <ButtonLink look="now" href={`/drops/${drop.id}`}>
          {isOpen ? text.event.go : text.event.getReady}
        </ButtonLink>
      </div>
    </section>
  );
}

import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from 'wouter';
import { eventsQuery } from '../api/queries.ts';
import type { DropSummary, EventSummary } from '../api/types.ts';
import { Countdown } from '../clock/countdown.tsx';
import { Page } from '../design/page.tsx';
import { Paged } from '../design/paged.tsx';
import { DropBadge } from '../design/drop-badge.tsx';
import { useDropStatus } from '../live/use-drop-status.ts';
import { useLocale } from '../i18n/locale.tsx';
import { EventArt } from '../design/art/event-art.tsx';
import styles from './events-page.module.css';
import { Part, part } from '../shell/parts.tsx';
import { EventGrid } from './event-card.tsx';
import { isEventSearch } from './search-names.ts';
import { featuredDrop } from './next-drop.ts';
import { DropLink } from './drop-link.tsx';

/** Milliseconds. Availability changes while the page is open. */
const lookAgainEvery = 30_000;

const Finder = part(() => import('./finder.tsx'));

export default function EventsPage() {
  const { text } = useLocale();
  const isSearch = isEventSearch(useSearch());
  return (
    <Page title={text.events.title}>
      <header className={styles.head}>
        <h1>{text.events.title}</h1>
        <p>{text.events.lead}</p>
      </header>
      <div className={styles.finder}>
        <Part>
          <Finder />
        </Part>
      </div>
      {!isSearch && <Upcoming />}
    </Page>
  );
}

function Upcoming() {
  const { text } = useLocale();
  const query = useInfiniteQuery({ ...eventsQuery, refetchInterval: lookAgainEvery });
  const empty = (
    <div className={styles.empty}>
      <h2>{text.events.empty}</h2>
      <p>{text.events.emptyHint}</p>
    </div>
  );
  return (
    <Paged query={query} heights={[22, 16]} empty={empty}>
      {(events) => <Events events={events} />}
    </Paged>
  );
}

function Events({ events }: { events: EventSummary[] }) {
  const next = featuredOf(events);
  return (
    <>
      {next && <Next {...next} />}
      <EventGrid events={events.filter((event) => event !== next?.event)} />
    </>
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

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { DropSummary, EventSummary, User } from '../api/types.ts';
import { ButtonLink } from '../design/button.tsx';
import { Page } from '../design/page.tsx';
import { Paged } from '../design/paged.tsx';
import { EventArt } from '../design/art/event-art.tsx';
import { DropBadge } from '../design/drop-badge.tsx';
import { useDropStatus } from '../live/use-drop-status.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Head } from '../design/head.tsx';
import { ownEventsQuery } from '../staff/queries.ts';
import { SoldBar } from '../design/sold-bar.tsx';
import { useWords } from '../staff/use-words.ts';
import styles from './events-list-page.module.css';

export default function EventsListPage({ me }: { me: User }) {
  const words = useWords();
  const query = useInfiniteQuery(ownEventsQuery(me.id));
  const empty = (
    <div className={styles.empty}>
      <h2>{words.events.empty}</h2>
      <p>{words.events.emptyHint}</p>
    </div>
  );
  return (
    <Page title={words.events.title}>
      <Head
        title={words.events.title}
        lead={words.events.lead}
        actions={
          <>
            <ButtonLink look="quiet" href="/organize/seller">
              {words.seller.title}
            </ButtonLink>
            <ButtonLink look="quiet" href="/organize/orders">
              {words.events.findOrders}
            </ButtonLink>
            <ButtonLink look="quiet" href="/organize/payouts">
              {words.payouts.title}
            </ButtonLink>
            <ButtonLink href="/organize/events/new">{words.events.create}</ButtonLink>
          </>
        }
      />
      <Paged query={query} heights={[10, 10, 10]} empty={empty}>
        {(events) => (
          <ul className={styles.list}>
            {events.map((event) => (
              <li key={event.id}>
                <EventCard event={event} />
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </Page>
  );
}

function EventCard({ event }: { event: EventSummary }) {
  const { format } = useLocale();
  const words = useWords();
  const path = `/organize/events/${event.id}`;
  const latestFirst = event.drops.toReversed();
  return (
    <article className={styles.card} aria-labelledby={`event-${event.id}`}>
      <div className={styles.art}>
        <EventArt title={event.title} />
      </div>
      <div className={styles.what}>
        <h2 id={`event-${event.id}`} dir="auto">
          {event.title}
        </h2>
        <p className={styles.soft}>
          {format.moment(event.startsAt, event.timeZone)} · <bdi>{event.venue}</bdi>
        </p>
        <ul className={styles.links}>
          <li>
            <Link href={`${path}/drops/new`}>{words.events.newDrop}</Link>
          </li>
          <li>
            <Link href={`${path}/edit`}>{words.events.edit}</Link>
          </li>
          <li>
            {/* A document of its own: only its policy allows the decoder of QR codes. */}
            <a href={`${path}/check-in`}>{words.events.checkIn}</a>
          </li>
          <li>
            <Link href={`${path}/holders`}>{words.holders.title}</Link>
          </li>
          <li>
            <Link href={`/events/${event.id}`}>{words.events.publicPage}</Link>
          </li>
        </ul>
      </div>
      {latestFirst.length === 0 ? (
        <p className={styles.none}>{words.events.noDrops}</p>
      ) : (
        <ul className={styles.drops}>
          {latestFirst.map((drop) => (
            <li key={drop.id}>
              <DropRow drop={drop} timeZone={event.timeZone} />
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

function DropRow({ drop, timeZone }: { drop: DropSummary; timeZone: string }) {
  const { text, format } = useLocale();
  const words = useWords();
  const { phase, status } = useDropStatus(drop);
  const when = {
    scheduled: words.events.opens(format.opening(drop.opensAt, timeZone, text.common.yourTime)),
    open: words.events.until(format.moment(drop.closesAt, timeZone)),
    paused: words.events.until(format.moment(drop.closesAt, timeZone)),
    closed: words.events.closed(format.moment(drop.closesAt, timeZone)),
    cancelled: '',
  }[phase];
  return (
    <div className={styles.drop}>
      <p className={styles.dropName}>
        <Link href={`/organize/drops/${drop.id}`} className={styles.cover}>
          {words.events.drop(drop.id)}
        </Link>
        <DropBadge status={status} />
        <span className={styles.soft}>{when}</span>
      </p>
      <SoldBar sold={drop.sold ?? 0} free={drop.free ?? drop.capacity} capacity={drop.capacity} />
      <p className={styles.figures}>
        <span>{words.events.soldOf(format.number(drop.sold ?? 0), format.number(drop.capacity))}</span>
        <span className={styles.soft}>
          {words.events.free(format.number(drop.free ?? drop.capacity))} ·{' '}
          {words.events.each(format.money(drop.price))}
        </span>
      </p>
    </div>
  );
}

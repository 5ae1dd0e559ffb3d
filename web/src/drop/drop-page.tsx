import { useEffect, useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { Announcements } from '../announcements/announcements.tsx';
import { Refusal } from '../api/http.ts';
import { classes } from '../design/classes.ts';
import { LoadFailed, Page } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { EventArt } from '../design/art/event-art.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { useSession } from '../session/use-me.ts';
import { Part, part } from '../shell/parts.tsx';
import { MissingPage } from '../shell/missing-page.tsx';
import { Counter } from './counter.tsx';
import styles from './drop-page.module.css';
import { DropBadge } from '../design/drop-badge.tsx';
import { LinkSign } from '../design/link-sign.tsx';
import { useDrop, type LiveDrop } from './use-drop.ts';

/** Buy does not wait for the map, which comes while the state of the drop is asked for. */
const loadMap = () => import('../seats/seat-map.tsx').then(({ SeatMap }) => ({ default: SeatMap }));
const SeatMap = part(loadMap);
loadMap().catch(() => undefined); // a failure shows where the map should be

export default function DropPage() {
  const params = useParams<{ id: string; step?: string }>();
  const id = Number(params.id);
  const isId = Number.isInteger(id) && id > 0 && (params.step === undefined || params.step === 'pay');
  return isId ? <DropById key={id} dropId={id} /> : <MissingPage />;
}

function DropById({ dropId }: { dropId: number }) {
  const { text } = useLocale();
  const session = useSession();
  // A banned user sees the drop as a guest does: without a question and an entry.
  const { live, ...loading } = useDrop(dropId, session.me?.scope === 'tickets' ? null : session.me);
  const { error, retry } = session.error ? session : loading;
  if (error instanceof Refusal && error.status === 404) return <MissingPage title={text.drop.notFound} />;
  if (live) return <Shown live={live} />;
  return (
    <Page title={text.shell.events}>
      {error ? <LoadFailed error={error} retry={retry} /> : <Skeleton heights={[3, 20, 24]} />}
    </Page>
  );
}

function Shown({ live }: { live: LiveDrop }) {
  const { text, format } = useLocale();
  const { drop, event, feed, stage } = live;
  const yours = useOwnSeats(live);
  useLeftPayStep(stage.kind, drop.id);
  const title = event ? text.drop.pageTitle(event.title) : text.shell.events;
  return (
    <Page title={title}>
      <header className={styles.head}>
        <div className={styles.art}>{event && <EventArt title={event.title} />}</div>
        <div className={classes(styles.what, !event && styles.isToCome)}>
          <h1 dir="auto">
            {event ? <Link href={`/events/${event.id}`}>{event.title}</Link> : text.common.loading}
          </h1>
          {event && (
            <p>
              {format.moment(event.startsAt, event.timeZone)} · <bdi>{event.venue}</bdi>
            </p>
          )}
        </div>
        <div className={styles.signs}>
          <DropBadge status={live.status} />
          <LinkSign link={feed.link} />
        </div>
      </header>
      <div className={styles.columns}>
        {stage.kind === 'loading' ? (
          // Panel and map appear together: a panel of another height above the map would move it.
          <Skeleton heights={[24, 20]} />
        ) : (
          <>
            <Counter live={live} />
            <div className={styles.side}>
              {/* Not above Buy, which must not move while somebody presses it. */}
              <Announcements dropId={drop.id} feed={feed} timeZone={event?.timeZone}>
                <Part fallback={<Skeleton heights={[24]} />}>
                  <SeatMap sections={drop.sections} rows={feed.rows} yours={yours} />
                </Part>
              </Announcements>
            </div>
          </>
        )}
      </div>
    </Page>
  );
}

function useOwnSeats({ stage }: LiveDrop): readonly string[] {
  const seats = 'seats' in stage ? stage.seats : [];
  // The same array for the same seats, so that the map does not render again at every update.
  const key = seats.join(' ');
  const [kept, setKept] = useState({ key, seats });
  if (kept.key !== key) setKept({ key, seats });
  return kept.key === key ? kept.seats : seats;
}

/** Leaves the step of paying in a stage that ends it: paid or released, for example. */
function useLeftPayStep(stage: string, dropId: number) {
  const [location, go] = useLocation();
  const isOver =
    location.endsWith('/pay') && !['loading', 'held', 'paying', 'open', 'waiting', 'queued'].includes(stage);
  useEffect(() => {
    if (isOver) go(`/drops/${dropId}`, { replace: true });
  }, [isOver, go, dropId]);
}

import { isFreeOfCharge, seatPriceOf } from '@seatdrop/shared/contract/total.ts';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { Refusal } from '../api/http.ts';
import { eventQuery } from '../api/queries.ts';
import type { Drop, Event } from '../api/types.ts';
import { useHasCome } from '../clock/use-server-now.ts';
import { Countdown } from '../clock/countdown.tsx';
import { ActionBar } from '../design/action-bar.tsx';
import { LoadFailed, Page } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { useDropStatus } from '../live/use-drop-status.ts';
import type { Messages } from '../i18n/en.ts';
import { AboutTickets, useLocale } from '../i18n/locale.tsx';
import { seatPriceWords } from '../i18n/price-words.ts';
import { MissingPage } from '../shell/missing-page.tsx';
import { ReturnsNote } from '../orders/returns-note.tsx';
import { EventArt } from '../design/art/event-art.tsx';
import styles from './event-page.module.css';
import { nextDrop } from './next-drop.ts';
import { DropLine } from './drop-line.tsx';
import { DropLink } from './drop-link.tsx';

export default function EventPage() {
  const { text } = useLocale();
  const id = Number(useParams<{ id: string }>().id);
  const isId = Number.isInteger(id) && id > 0;
  const {
    data: event,
    error,
    refetch,
  } = useQuery({
    ...eventQuery(id),
    enabled: isId,
    // Availability changes while the page is open.
    refetchInterval: 30_000,
  });
  if (!isId || (error instanceof Refusal && error.status === 404)) {
    return <MissingPage title={text.event.notFound} />;
  }
  if (event) return <Shown event={event} />;
  return (
    <Page title={text.shell.events}>
      {error ? <LoadFailed error={error} retry={refetch} /> : <Skeleton heights={[20, 3, 1.5, 8]} />}
    </Page>
  );
}

function Shown({ event }: { event: Event }) {
  const { text, format } = useLocale();
  const main = nextDrop(event.drops);
  const others = event.drops.filter((drop) => drop !== main);
  const isOver = useIsOver(event);
  return (
    <Page title={event.title}>
      <article className={styles.event}>
        <div className={styles.art}>
          <EventArt title={event.title} />
        </div>
        <header className={styles.head}>
          <h1 dir="auto">{event.title}</h1>
          {isOver && <p className={styles.over}>{text.event.over}</p>}
          <dl className={styles.facts}>
            <div>
              <dt>{text.event.when}</dt>
              <dd>
                <time dateTime={event.startsAt}>
                  {format.day(event.startsAt, event.timeZone)}
                  <br />
                  {format.time(event.startsAt, event.timeZone)}
                </time>
              </dd>
            </div>
            <div>
              <dt>{text.event.where}</dt>
              <dd dir="auto">{event.venue}</dd>
            </div>
          </dl>
        </header>
        <section className={styles.drops} aria-label={text.event.drops}>
          {main ? (
            <AboutTickets isFree={isFreeOfCharge(main)}>
              <MainDrop drop={main} timeZone={event.timeZone} />
            </AboutTickets>
          ) : (
            <DropLine drop={undefined} timeZone={event.timeZone} />
          )}
          {others.map((drop) => (
            <OtherDrop key={drop.id} drop={drop} timeZone={event.timeZone} />
          ))}
        </section>
        <section className={styles.about}>
          <h2>{text.event.about}</h2>
          <p className={styles.description} dir="auto">
            {event.description}
          </p>
          <h2>{text.event.fair}</h2>
          <ol className={styles.steps}>
            {fairSteps(event, text).map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </section>
      </article>
    </Page>
  );
}

/** An event that has begun and has no drop that is open or to come. */
function useIsOver({ startsAt, drops }: Event): boolean {
  const hasBegun = useHasCome(Date.parse(startsAt));
  return hasBegun && drops.every(({ state }) => state === 'closed' || state === 'cancelled');
}

type DropProps = { drop: Drop; timeZone: string };

/** The step about standby is left out if no drop of the event offers it. */
function fairSteps({ drops }: Event, { event: words }: Messages): readonly string[] {
  const isWithout = drops.length > 0 && drops.every(({ standbyLimit }) => standbyLimit === 0);
  return isWithout ? [...words.fairSteps.slice(0, -1), words.fairWithoutStandby] : words.fairSteps;
}

function MainDrop({ drop, timeZone }: DropProps) {
  const { text, format, isFree } = useLocale();
  const { phase, status } = useDropStatus(drop);
  const isLive = phase === 'scheduled' || phase === 'open' || phase === 'paused';
  return (
    <>
      <DropLine drop={drop} timeZone={timeZone} />
      {phase === 'scheduled' && <Countdown to={Date.parse(drop.opensAt)} />}
      {phase === 'open' && <p>{text.events.openUntil(format.moment(drop.closesAt, timeZone))}</p>}
      <p className={styles.terms}>
        {isFree ? (
          <strong>{text.free.price}</strong>
        ) : (
          <>
            <strong>{format.money(seatPriceOf(drop))}</strong> {text.common.perSeat}
          </>
        )}
        <span>{text.events.capacity(format.number(drop.capacity))}</span>
        <span>{text.event.perBuyer(drop.maxPerBuyer)}</span>
        {!isFree && <span>{text.event.holdTime(format.span(drop.holdSeconds * 1000))}</span>}
      </p>
      <ReturnsNote returns={drop.returns} timeZone={timeZone} />
      {isLive && (
        <ActionBar>
          <DropLink drop={drop} status={status} look="now" wide />
        </ActionBar>
      )}
    </>
  );
}

function OtherDrop({ drop, timeZone }: DropProps) {
  const locale = useLocale();
  const { status } = useDropStatus(drop);
  return (
    <div className={styles.other}>
      <DropLine drop={drop} timeZone={timeZone} />
      <span>{seatPriceWords(locale, drop)}</span>
      <DropLink drop={drop} status={status} look="quiet" />
    </div>
  );
}

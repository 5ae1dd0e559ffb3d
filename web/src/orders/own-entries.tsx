import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { OwnEntries, OwnEntry } from '@seatdrop/shared/contract/own-entries.ts';
import { isFreeOfCharge, totalOf } from '@seatdrop/shared/contract/total.ts';
import { useServerNow } from '../clock/use-server-now.ts';
import { EventArt } from '../design/art/event-art.tsx';
import { Button, ButtonLink } from '../design/button.tsx';
import { classes } from '../design/classes.ts';
import { Notice } from '../design/notice.tsx';
import rows from '../design/rows.module.css';
import { minutesAndSeconds } from '../i18n/formats.ts';
import { AboutTickets, useLocale } from '../i18n/locale.tsx';
import cards from './orders-page.module.css';
import styles from './own-entries.module.css';

/** Whether there is anything to show above the orders. */
export function hasOwnEntries({ data, isError }: UseQueryResult<OwnEntries>): boolean {
  return isError || (data !== undefined && (data.items.length > 0 || !data.isComplete));
}

/** What needs the user, then standby, in the server's order; then what ended lately. */
export function OwnEntryList({ query }: { query: UseQueryResult<OwnEntries> }) {
  const { text } = useLocale();
  const { items = [], isComplete = true } = query.data ?? {};
  const underWay = items.filter(isUnderWay);
  const ended = items.filter((entry) => !isUnderWay(entry));
  return (
    <>
      {(query.isError || !isComplete) && (
        <div className={styles.notice}>
          <Notice>{query.isError ? text.orders.entriesFailed : text.orders.entriesMissing}</Notice>
          <Button look="quiet" busy={query.isFetching} onClick={() => void query.refetch()}>
            {text.common.tryAgain}
          </Button>
        </div>
      )}
      {underWay.length > 0 && (
        <ul className={cards.list}>
          {underWay.map((entry) => (
            <li key={entry.drop.id}>
              <AboutTickets isFree={isFreeOfCharge(entry.drop)}>
                <EntryCard entry={entry} />
              </AboutTickets>
            </li>
          ))}
        </ul>
      )}
      {ended.length > 0 && (
        <section className={styles.ended}>
          <h2>{text.orders.ended}</h2>
          <ul className={rows.rows}>
            {ended.map((entry) => (
              <li key={entry.drop.id}>
                <AboutTickets isFree={isFreeOfCharge(entry.drop)}>
                  <EndedRow entry={entry} />
                </AboutTickets>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const isUnderWay = ({ status }: OwnEntry) => status !== 'released' && status !== 'sold_out';

function EntryCard({ entry }: { entry: OwnEntry }) {
  const { format } = useLocale();
  const { drop, event, status } = entry;
  return (
    <article className={classes(cards.card, status !== 'standby' && styles.isYours)}>
      <div className={cards.art}>
        <EventArt title={event.title} />
      </div>
      <div className={cards.words}>
        <h2>
          <Link href={`/drops/${drop.id}`} className={cards.cover}>
            <bdi>{event.title}</bdi>
          </Link>
        </h2>
        <p>
          {format.moment(event.startsAt, event.timeZone)} · <bdi>{event.venue}</bdi>
        </p>
        <Standing entry={entry} />
      </div>
    </article>
  );
}

function Standing({ entry }: { entry: OwnEntry }) {
  const { text, format } = useLocale();
  const { status, expiresAt, payBy, position } = entry;
  if (status === 'standby') {
    return (
      <>
        <p className={cards.soft}>{text.standby.title}</p>
        {position !== undefined && <Figure figure={format.number(position)} words={text.standby.position} />}
      </>
    );
  }
  const until = status === 'held' ? expiresAt : payBy;
  if (until !== undefined) return <Held entry={entry} until={Date.parse(until)} />;
  return <p>{text.paying.title}</p>;
}

/** Seats that wait for the user to pay, or to go on paying. */
function Held({ entry: { drop, seats = [] }, until }: { entry: OwnEntry; until: number }) {
  const { text, format, isFree } = useLocale();
  const left = Math.max(0, until - useServerNow());
  const shown = minutesAndSeconds(left);
  if (left <= 0) return <p role="status">{text.held.over}</p>;
  return (
    <>
      <p className={cards.soft}>{text.common.seats(seats.length)}</p>
      <div role="timer" aria-label={text.held.timeLeft(shown)}>
        <Figure figure={shown} words={text.held.left} isHurry={left <= 30_000} isHidden />
      </div>
      <div className={styles.action}>
        <ButtonLink look="now" href={isFree ? `/drops/${drop.id}` : `/drops/${drop.id}/pay`}>
          {isFree ? text.free.take : text.held.pay(format.money(totalOf(drop, seats.length)))}
        </ButtonLink>
      </div>
    </>
  );
}

type FigureProps = { figure: string; words: string; isHurry?: boolean; isHidden?: boolean };

function Figure({ figure, words, isHurry = false, isHidden }: FigureProps) {
  return (
    <p className={styles.figure} aria-hidden={isHidden}>
      <span className={classes(styles.number, isHurry && styles.hurry)}>{figure}</span>
      <span className={cards.soft}>{words}</span>
    </p>
  );
}

function EndedRow({ entry: { drop, event, status, reason } }: { entry: OwnEntry }) {
  const { text } = useLocale();
  const nothingLeft = status === 'sold_out' ? text.gone.title : text.released.ended;
  const why = reason === 'hold_lapsed' ? text.orders.refused : reason && text.released[reason];
  return (
    <>
      <Link href={`/drops/${drop.id}`} className={rows.name}>
        <bdi>{event.title}</bdi>
      </Link>
      <p className={rows.soft}>{why ?? nothingLeft}</p>
    </>
  );
}

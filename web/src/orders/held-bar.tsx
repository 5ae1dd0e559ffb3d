import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { OwnEntries, OwnEntry } from '@seatdrop/shared/contract/own-entries.ts';
import { isFreeOfCharge } from '@seatdrop/shared/contract/total.ts';
import type { User } from '../api/types.ts';
import { useHasCome, useServerNow } from '../clock/use-server-now.ts';
import { minutesAndSeconds } from '../i18n/formats.ts';
import { AboutTickets, useLocale } from '../i18n/locale.tsx';
import styles from './held-bar.module.css';
import { ownEntriesQuery } from './own-entries-query.ts';

/** Here and not in the catalogs, which every page loads. */
const words = {
  en: {
    heldFor: 'Held for you',
    held: (seats: string) => `${seats} held:`,
    left: (time: string) => `${time} left`,
    pay: 'Pay',
    take: 'Take them',
  },
  'zh-Hant': {
    heldFor: '為你保留',
    held: (seats: string) => `保留 ${seats}：`,
    left: (time: string) => `剩餘 ${time}`,
    pay: '付款',
    take: '領取',
  },
};

/**
 * The hold that ends first. It is asked for when such a page is opened and when its window gets the focus, but not by
 * the clock: while a sale is rushed, many people have these pages open.
 */
export default function HeldBar({ user }: { user: User }): ReactNode {
  const { data } = useQuery({ ...ownEntriesQuery(user), refetchInterval: false });
  const first = data && firstHeld(data);
  return (
    first && (
      <AboutTickets isFree={isFreeOfCharge(first.entry.drop)}>
        <Bar key={first.entry.drop.id} {...first} />
      </AboutTickets>
    )
  );
}

type Held = { entry: OwnEntry; until: number };

function firstHeld({ items, serverTime }: OwnEntries): Held | undefined {
  return items
    .flatMap((entry) => {
      const until = entry.status === 'held' ? entry.expiresAt : entry.payBy;
      return until !== undefined && until > serverTime ? [{ entry, until: Date.parse(until) }] : [];
    })
    .toSorted((one, other) => one.until - other.until)[0];
}

function Bar({ entry: { drop, event, seats = [] }, until }: Held) {
  const { text, locale, isFree } = useLocale();
  const { heldFor, held, left, pay, take } = words[locale];
  const isOver = useHasCome(until);
  const shown = minutesAndSeconds(Math.max(0, until - useServerNow()));
  if (isOver) return null;
  return (
    <aside className={styles.bar} aria-label={heldFor}>
      <p className={styles.left}>
        {held(text.common.seats(seats.length))}{' '}
        <span role="timer" aria-label={text.held.timeLeft(shown)}>
          {left(shown)}
        </span>
      </p>
      <p className={styles.title}>
        <bdi>{event.title}</bdi>
      </p>
      <Link className={styles.go} href={isFree ? `/drops/${drop.id}` : `/drops/${drop.id}/pay`}>
        {isFree ? take : pay}
      </Link>
    </aside>
  );
}

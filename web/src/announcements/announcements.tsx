import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useSay } from '../design/announcer.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { useLocale } from '../i18n/locale.tsx';
import type { Announcement } from '../api/types.ts';
import type { Feed } from '../live/drop-feed.ts';
import { AnnouncementList } from './announcement-list.tsx';
import styles from './announcements.module.css';
import { useAnnouncements } from './use-announcements.ts';

type AnnouncementsProps = {
  dropId: number;
  feed: Feed;
  timeZone: string | undefined;
  /** What the page shows below the announcements. */
  children: ReactNode;
};

/**
 * The organizer's announcements: the latest in full, earlier ones on demand. A pushed one is read out by
 * screen readers.
 */
export function Announcements({ dropId, feed, timeZone, children }: AnnouncementsProps) {
  const { text } = useLocale();
  const words = text.announcements;
  const announcements = useAnnouncements(dropId, feed);
  const say = useSay();
  const pushed = feed.announced.at(-1);
  const lastRead = useRef<Announcement>(undefined);
  useEffect(() => {
    if (!pushed || pushed === lastRead.current) return;
    lastRead.current = pushed;
    say(words.heard(pushed.text));
  }, [pushed, say, words]);

  // What is below is shown only once the first announcements are here, or known to be none, so that it does
  // not move.
  const [isShown, setShown] = useState(false);
  const areToCome = !announcements && (feed.isLoading || feed.state !== undefined);
  if (!isShown && areToCome) return <Skeleton heights={[20]} />;
  if (!isShown) setShown(true);
  const [latest, ...earlier] = announcements ?? [];
  return (
    <>
      {latest && (
        <section className={styles.panel} aria-labelledby="announcements">
          <h2 id="announcements">{words.title}</h2>
          <AnnouncementList announcements={[latest]} timeZone={timeZone} />
          {earlier.length > 0 && (
            <details className={styles.earlier}>
              <summary>{words.earlier(earlier.length)}</summary>
              <AnnouncementList announcements={earlier} timeZone={timeZone} />
            </details>
          )}
        </section>
      )}
      {children}
    </>
  );
}

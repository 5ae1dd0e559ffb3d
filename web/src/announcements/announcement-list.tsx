import type { Announcement } from '../api/types.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './announcements.module.css';

type AnnouncementListProps = { announcements: readonly Announcement[]; timeZone: string | undefined };

/**
 * Plain text as typed, with its line breaks. Times are in the event's zone, and left out while that is
 * unknown.
 */
export function AnnouncementList({ announcements, timeZone }: AnnouncementListProps) {
  const { format } = useLocale();
  return (
    <ol className={styles.list}>
      {announcements.map(({ number, text, announcedAt }) => (
        <li key={number}>
          <p className={styles.text} dir="auto">
            {text}
          </p>
          {timeZone !== undefined && (
            <p className={styles.when}>
              <time dateTime={announcedAt}>{format.moment(announcedAt, timeZone)}</time>
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}

import { Link, useLocation } from 'wouter';
import { Notice } from '../design/notice.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './banned-notice.module.css';
import { useMe } from './use-me.ts';

/** Shown to banned users on every page: what they can still do, and where. */
export function BannedNotice() {
  const { text } = useLocale();
  const me = useMe();
  const [location] = useLocation();
  if (me?.scope !== 'tickets') return null;
  return (
    <div className={styles.place}>
      <Notice tone="bad">
        {text.banned.notice}{' '}
        {!location.startsWith('/orders') && <Link href="/orders">{text.banned.tickets}</Link>}
      </Notice>
    </div>
  );
}

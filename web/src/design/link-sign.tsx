import { classes } from './classes.ts';
import { useLocale } from '../i18n/locale.tsx';
import type { Link } from '../live/drop-feed.ts';
import styles from './link-sign.module.css';

/** How updates arrive. Explains itself only if there is a problem. */
export function LinkSign({ link }: { link: Link }) {
  const { text } = useLocale();
  const needsWords = link === 'polling' || link === 'offline';
  return (
    <div className={styles.sign} role="status" data-link={link}>
      <p className={classes(styles.word, styles[link])}>{text.link[link]}</p>
      {needsWords && <p className={styles.about}>{text.link.about[link]}</p>}
    </div>
  );
}

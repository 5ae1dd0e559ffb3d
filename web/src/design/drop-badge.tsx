import { classes } from './classes.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './drop-badge.module.css';
import type { DropStatus } from '../live/drop-status.ts';

/** The status of a drop as one word, the same on all pages. */
export function DropBadge({ status }: { status: DropStatus }) {
  const { text } = useLocale();
  return <span className={classes(styles.pill, styles[status])}>{text.dropStatuses[status]}</span>;
}

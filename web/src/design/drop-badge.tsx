import { classes } from './classes.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './drop-badge.module.css';
import type { DropStatus } from '../live/drop-status.ts';

/** How a sale stands, in a word; the same wherever one is shown. */
export function DropBadge({ status }: { status: DropStatus }) {
  const { text } = useLocale();
  return <span className={classes(styles.pill, styles[status])}>{text.dropStatuses[status]}</span>;
}

import { DropBadge } from '../design/drop-badge.tsx';
import { useDropStatus, type ToldDrop } from '../live/use-drop-status.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './drop-line.module.css';

/** The status of a drop and, before it opens, when it does. Follows the clock. `timeZone`: of its event. */
export function DropLine({ drop, timeZone }: { drop: ToldDrop | undefined; timeZone: string }) {
  const { text } = useLocale();
  if (!drop) return <p className={styles.line}>{text.events.noDrop}</p>;
  return <StateLine drop={drop} timeZone={timeZone} />;
}

function StateLine({ drop, timeZone }: { drop: ToldDrop; timeZone: string }) {
  const { text, format } = useLocale();
  const { status } = useDropStatus(drop);
  return (
    <p className={styles.line}>
      <DropBadge status={status} />
      {status === 'scheduled' && (
        <span>{text.events.opensOn(format.opening(drop.opensAt, timeZone, text.common.yourTime))}</span>
      )}
    </p>
  );
}

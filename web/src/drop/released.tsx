import { useLocale } from '../i18n/locale.tsx';
import { AtTheOpening } from './at-the-opening.tsx';
import styles from './counter.module.css';
import { LapsePause } from './lapse-pause.tsx';
import type { Stage } from './stage-of.ts';
import type { LiveDrop } from './use-drop.ts';

type ReleasedProps = { live: LiveDrop; stage: Extract<Stage, { kind: 'released' }> };

/** A hold or a place in standby has ended: says why, and offers another entry while the drop is open. */
export function Released({ live, stage }: ReleasedProps) {
  const { text } = useLocale();
  const reason = stage.reason ?? 'ended';
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.released[reason]}
      </h2>
      <p>{text.released[`${reason}Text`]}</p>
      {stage.canTryAgain && stage.retryAt !== undefined && <LapsePause until={stage.retryAt} />}
      {stage.canTryAgain && stage.retryAt === undefined && (
        <>
          <p className={styles.soft}>{text.released.again}</p>
          <div className={styles.tear} />
          <AtTheOpening live={live} isOpen again />
        </>
      )}
    </>
  );
}

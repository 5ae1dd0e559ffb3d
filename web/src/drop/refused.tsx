import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';
import { LapsePause } from './lapse-pause.tsx';
import type { Stage } from './stage-of.ts';

export function Refused({ stage }: { stage: Extract<Stage, { kind: 'refused' }> }) {
  const { text } = useLocale();
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.lapsed.title}
      </h2>
      <LapsePause until={stage.retryAt} />
    </>
  );
}

import { useServerNow } from '../clock/use-server-now.ts';
import { Dots } from '../design/button.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';
import type { Stage } from './stage-of.ts';

/** Seconds after which the page explains the wait. */
const longWaitSeconds = 15;

export function Queued({ stage }: { stage: Extract<Stage, { kind: 'queued' }> }) {
  const { text } = useLocale();
  const waited = Math.max(0, Math.floor((useServerNow() - stage.at) / 1000));
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.queued.title}
      </h2>
      <Dots />
      <p>{text.queued.text(stage.quantity)}</p>
      <p className={styles.soft}>{waited > longWaitSeconds ? text.queued.slow : text.queued.next}</p>
      {waited > 2 && <p className={styles.soft}>{text.queued.since(waited)}</p>}
    </>
  );
}

import { Countdown } from '../clock/countdown.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';

/** Why this buyer cannot enter yet, and for how long. The form comes back by itself. */
export function LapsePause({ until }: { until: number }) {
  const { text } = useLocale();
  return (
    <>
      <p>{text.lapsed.why}</p>
      <p className={styles.soft}>{text.lapsed.wait}</p>
      <Countdown to={until} small announce />
      <p className={styles.soft}>{text.lapsed.longer}</p>
    </>
  );
}

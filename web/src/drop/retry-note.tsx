import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';

/** Says in how many seconds the button above works again; nothing if it works now. */
export function RetryNote({ pause }: { pause: number }) {
  const { text } = useLocale();
  return (
    pause > 0 && (
      <p className={styles.soft} role="status">
        {text.problems.retryIn(pause)}
      </p>
    )
  );
}

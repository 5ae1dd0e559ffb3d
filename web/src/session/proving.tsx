import { useLocale } from '../i18n/locale.tsx';
import styles from './proving.module.css';

/** Shows the progress of the proof of work. Screen readers read it once, not at each step. */
export function Proving({ share }: { share: number | undefined }) {
  const { text } = useLocale();
  return (
    <div role="status">
      {share !== undefined && (
        <>
          <p>{text.auth.proving}</p>
          <progress className={styles.bar} value={share} max={1} aria-label={text.auth.provingDone} />
        </>
      )}
    </div>
  );
}

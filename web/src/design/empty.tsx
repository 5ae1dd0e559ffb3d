import styles from './rows.module.css';

/** Shown in place of an empty list. */
export function Empty({ title, hint }: { title: string; hint?: string }) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
    </div>
  );
}

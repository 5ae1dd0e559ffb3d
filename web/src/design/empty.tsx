import styles from './rows.module.css';

/** Instead of a list without a line. */
export function Empty({ title, hint }: { title: string; hint?: string }) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      {hint && <p>{hint}</p>}
    </div>
  );
}

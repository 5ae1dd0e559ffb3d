import styles from './sold-bar.module.css';

/** Sold, held and free seats as one bar; the numbers are beside it as text. */
export function SoldBar({ sold, free, capacity }: { sold: number; free: number; capacity: number }) {
  const share = (count: number) => `${(100 * count) / Math.max(1, capacity)}%`;
  return (
    <div className={styles.bar} aria-hidden="true">
      <span className={styles.sold} style={{ width: share(sold) }} />
      <span className={styles.held} style={{ width: share(Math.max(0, capacity - sold - free)) }} />
    </div>
  );
}

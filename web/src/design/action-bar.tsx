import type { ReactNode } from 'react';
import styles from './action-bar.module.css';

/** What to do now: on a phone always under the thumb, elsewhere where it stands in the page. */
export function ActionBar({ children }: { children: ReactNode }) {
  return (
    <div className={styles.bar} data-action-bar="">
      {children}
    </div>
  );
}

import type { ReactNode } from 'react';
import styles from './action-bar.module.css';

/** The main action of a page: fixed to the bottom on a phone, part of the page elsewhere. */
export function ActionBar({ children }: { children: ReactNode }) {
  return (
    <div className={styles.bar} data-action-bar="">
      {children}
    </div>
  );
}

import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './notice.module.css';

/** A message that is read out as soon as it appears. A bad one can take the focus. */
export function Notice({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'bad' | 'good';
  children: ReactNode;
}) {
  return (
    <div
      className={classes(styles.notice, tone !== 'plain' && styles[tone])}
      role={tone === 'bad' ? 'alert' : 'status'}
      {...(tone === 'bad' && { 'data-fault': '', tabIndex: -1 })}
    >
      {children}
    </div>
  );
}

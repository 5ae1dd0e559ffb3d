import { useEffect, type ReactNode } from 'react';
import { useFault } from '../api/use-fault.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import styles from './page.module.css';

/** The frame of every page. `title` is for the tab and the history; it is not shown on the page. */
export function Page({ title, narrow, children }: { title: string; narrow?: boolean; children: ReactNode }) {
  useEffect(() => {
    document.title = title === 'Seatdrop' ? title : `${title} · Seatdrop`;
  }, [title]);
  return <div className={classes(styles.page, narrow && styles.narrow)}>{children}</div>;
}

/** In place of content: an empty list, not found, and the like. */
export function Blank({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.state}>
      <h1 tabIndex={-1}>{title}</h1>
      {children}
    </div>
  );
}

/** In place of content that could not be loaded. */
export function LoadFailed({ error, retry }: { error: unknown; retry: () => unknown }) {
  const { text } = useLocale();
  const fault = useFault(error);
  return (
    <div className={styles.state} role="alert">
      <h1>{text.problems.loadFailed}</h1>
      <p>{fault}</p>
      <Button onClick={() => void retry()}>{text.common.tryAgain}</Button>
    </div>
  );
}

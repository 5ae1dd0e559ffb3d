import type { ReactNode } from 'react';
import { Link } from 'wouter';
import styles from './head.module.css';

type HeadProps = {
  /** Link to the parent page. */
  up?: { href: string; label: string };
  title: string;
  lead?: ReactNode;
  beside?: ReactNode;
  actions?: ReactNode;
};

export function Head({ up, title, lead, beside, actions }: HeadProps) {
  return (
    <header className={styles.head}>
      <div className={styles.words}>
        {up && (
          <Link href={up.href} className={styles.up}>
            <span aria-hidden="true">← </span>
            {up.label}
          </Link>
        )}
        <div className={styles.title}>
          <h1 dir="auto">{title}</h1>
          {beside}
        </div>
        {lead && (
          <p className={styles.lead} dir="auto">
            {lead}
          </p>
        )}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}

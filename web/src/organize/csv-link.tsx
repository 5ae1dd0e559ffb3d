import type { ReactNode } from 'react';
import buttons from '../design/button.module.css';
import { classes } from '../design/classes.ts';

/** The browser saves it: the session travels along as a cookie. */
export function CsvLink({ dropId, children }: { dropId: number; children: ReactNode }) {
  return (
    <a className={classes(buttons.button, buttons.quiet)} href={`/api/drops/${dropId}/report.csv`} download>
      {children}
    </a>
  );
}

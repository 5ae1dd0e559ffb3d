import type { ReactNode } from 'react';
import buttons from '../design/button.module.css';
import { classes } from '../design/classes.ts';

/** A download by the browser, which sends the session's cookie. */
export function CsvLink({ dropId, children }: { dropId: number; children: ReactNode }) {
  return (
    <a className={classes(buttons.button, buttons.quiet)} href={`/api/drops/${dropId}/report.csv`} download>
      {children}
    </a>
  );
}

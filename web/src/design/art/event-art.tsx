/**
 * A poster for every event: drawn by hand for some, else generated from the title, so that one event always
 * looks the same. Decoration, hence hidden from screen readers.
 */
import { posterOf } from '@seatdrop/shared/posters.ts';
import { classes } from '../classes.ts';
import { MadeArt } from './made-art.tsx';
import { posters } from './posters.tsx';
import styles from './event-art.module.css';

export function EventArt({ title, className }: { title: string; className?: string | undefined }) {
  const own = posterOf(title);
  const Own = own && posters[own];
  return (
    <svg
      className={classes(styles.art, className)}
      viewBox="0 0 800 600"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      {Own ? <Own /> : <MadeArt title={title} />}
    </svg>
  );
}

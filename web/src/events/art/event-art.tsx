/**
 * A poster for every event: drawn by hand for those that have one, and for all others made from the title, so that
 * the same event always looks the same. Decoration, hence nothing for screen readers.
 */
import type { ComponentType } from 'react';
import { classes } from '../../design/classes.ts';
import { ComedyArt } from './comedy-art.tsx';
import { DerbyArt } from './derby-art.tsx';
import { LanternsArt } from './lanterns-art.tsx';
import { MadeArt } from './made-art.tsx';
import { PromsArt } from './proms-art.tsx';
import styles from './event-art.module.css';

const drawn: [begins: string, art: ComponentType][] = [
  ['The Lanterns', LanternsArt],
  ['Northgate United', DerbyArt],
  ['Winter Proms', PromsArt],
  ['A Table for Eight', ComedyArt],
];

export function EventArt({ title, className }: { title: string; className?: string | undefined }) {
  const Own = drawn.find(([begins]) => title.startsWith(begins))?.[1];
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

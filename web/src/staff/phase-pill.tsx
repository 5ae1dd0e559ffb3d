import type { Phase } from '../api/types.ts';
import { classes } from '../design/classes.ts';
import { useWords } from './use-words.ts';
import styles from './phase-pill.module.css';

export function PhasePill({ phase }: { phase: Phase }) {
  const words = useWords();
  return <span className={classes(styles.pill, styles[phase])}>{words.phases[phase]}</span>;
}

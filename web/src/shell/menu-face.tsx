import { Person } from '../design/icons.tsx';
import styles from './header.module.css';

/** What stands on the menu's button: the initial of whoever is signed in. */
export function MenuFace({ name }: { name: string | undefined }) {
  const initial = name === undefined ? undefined : [...name.trim()][0]?.toUpperCase();
  return initial === undefined ? <Person /> : <span className={styles.initial}>{initial}</span>;
}

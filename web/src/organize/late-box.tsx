import type { InputHTMLAttributes, Ref } from 'react';
import { useWords } from '../staff/use-words.ts';
import styles from './form.module.css';

type LateBoxProps = InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

/** The choice to sell on after the event has begun; shown where the times as they stand mean that. */
export function LateBox(input: LateBoxProps) {
  const { drop: words } = useWords();
  return (
    <label className={styles.check}>
      <input {...input} type="checkbox" />
      <span>{words.allowLate}</span>
    </label>
  );
}

import type { InputHTMLAttributes, Ref } from 'react';
import { useWords } from '../staff/use-words.ts';
import styles from './form.module.css';

type LateBoxProps = InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

export function CheckBox({ label, ...input }: LateBoxProps & { label: string }) {
  return (
    <label className={styles.check}>
      <input {...input} type="checkbox" />
      <span>{label}</span>
    </label>
  );
}

/** A box that allows the drop to close after the event begins; shown if the chosen times need it. */
export function LateBox(input: LateBoxProps) {
  const { drop: words } = useWords();
  return <CheckBox {...input} label={words.allowLate} />;
}

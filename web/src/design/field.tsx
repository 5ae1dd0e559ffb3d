import { useId, type InputHTMLAttributes, type ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './field.module.css';

type FieldProps = {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  /** Inside the box, after the text. */
  after?: ReactNode;
} & InputHTMLAttributes<HTMLInputElement> & { ref?: React.Ref<HTMLInputElement> };

/** One thing to type in, with its label, hint and fault tied together for screen readers. */
export function Field({ label, hint, error, after, ...input }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={classes(styles.field, error && styles.isWrong)}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <div className={styles.box}>
        <input
          {...input}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={described === '' ? undefined : described}
        />
        {after}
      </div>
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      )}
    </div>
  );
}

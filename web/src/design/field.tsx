import { useId, type InputHTMLAttributes, type ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './field.module.css';

type Words = { label: string; hint?: ReactNode; error?: string | undefined };

type FieldProps = Words & {
  /** Inside the box, to the right of the text. */
  after?: ReactNode;
} & InputHTMLAttributes<HTMLInputElement> & { ref?: React.Ref<HTMLInputElement> };

/** A text input whose label, hint and fault are linked for screen readers. */
export function Field({ label, hint, error, after, ...input }: FieldProps) {
  return (
    <FieldFrame label={label} hint={hint} error={error}>
      {(ties) => (
        <>
          <input
            dir={isProse(input.type) ? 'auto' : undefined}
            {...input}
            {...ties}
            aria-describedby={both(ties['aria-describedby'], input['aria-describedby'])}
          />
          {after}
        </>
      )}
    </FieldFrame>
  );
}

/** Whether people type words here, which have a direction, unlike passwords, times and addresses. */
const isProse = (type = 'text') => type === 'text' || type === 'search';

/** Joins the ids that the field adds with those that the page gave it. */
const both = (...ids: (string | undefined)[]) => ids.filter(Boolean).join(' ') || undefined;

type Ties = { id: string; 'aria-invalid': true | undefined; 'aria-describedby': string | undefined };

/** Label, hint and fault around any control; `children` receives the attributes that link them. */
export function FieldFrame({
  label,
  hint,
  error,
  children,
}: Words & { children: (ties: Ties) => ReactNode }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={classes(styles.field, error && styles.isWrong)}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <div className={styles.box}>
        {children({
          id,
          'aria-invalid': error ? true : undefined,
          'aria-describedby': described === '' ? undefined : described,
        })}
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

import { useId, type ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './choices.module.css';

export type Choice = { value: string; label: ReactNode; hint?: string; after?: ReactNode };

type ChoicesProps = {
  legend: ReactNode;
  choices: readonly Choice[];
  value: string | undefined;
  onChange: (value: string) => void;
  /** Short values in one row, large enough for a thumb. */
  inRow?: boolean;
  /** What is wrong with the choice. Shown above the choices, so that both are in sight. */
  error?: string | undefined;
};

/** One of a few values. Real radio buttons, so that keyboards and screen readers work. */
export function Choices({ legend, choices, value, onChange, inRow, error }: ChoicesProps) {
  const name = useId();
  return (
    <fieldset aria-describedby={error && `${name}-error`}>
      <legend className={styles.legend}>{legend}</legend>
      {error && (
        <p id={`${name}-error`} className={styles.error} role="alert">
          {error}
        </p>
      )}
      <div className={classes(styles.choices, inRow && styles.row)}>
        {choices.map((choice) => (
          <label key={choice.value} className={styles.choice}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              data-invalid={error && ''}
              onChange={() => onChange(choice.value)}
            />
            {inRow ? (
              choice.label
            ) : (
              <span className={styles.text}>
                <span dir="auto">{choice.label}</span>
                {choice.hint && <small>{choice.hint}</small>}
              </span>
            )}
            {choice.after}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

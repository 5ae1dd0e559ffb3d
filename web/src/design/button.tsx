import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from 'wouter';
import { classes } from './classes.ts';
import styles from './button.module.css';

/** `now` is for the main action at this moment: at most one on a page. */
type Look = { look?: 'now' | 'solid' | 'quiet' | 'bare' | 'bad' | 'sure'; wide?: boolean };

type ButtonProps = Look & {
  /** Shows that the action is running and ignores presses. Unlike a disabled button, it keeps the focus. */
  busy?: boolean;
} & Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'disabled'> & { disabled?: boolean };

export function Button({
  look = 'solid',
  wide,
  busy,
  disabled,
  onClick,
  children,
  type = 'button',
  ...rest
}: ButtonProps) {
  const isOff = busy === true || disabled === true;
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={isOff || undefined}
      className={classes(styles.button, styles[look], wide && styles.wide)}
      onClick={(event) => {
        // Also covers Enter in a form: the browser then clicks its submit button.
        if (isOff) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {children}
      {busy && <Dots />}
    </button>
  );
}

export function ButtonLink({
  look = 'solid',
  wide,
  href,
  children,
}: Look & { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={classes(styles.button, styles[look], wide && styles.wide)}>
      {children}
    </Link>
  );
}

export function Dots() {
  return (
    <span className={styles.dots} aria-hidden="true">
      <span />
      <span />
      <span />
    </span>
  );
}

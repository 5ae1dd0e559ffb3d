import { useEffect, useRef } from 'react';
import { useServerNow } from '../clock/use-server-now.ts';
import { useSay } from '../design/announcer.tsx';
import { classes } from '../design/classes.ts';
import { minutesAndSeconds } from '../i18n/formats.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';

/** Seconds left at which screen readers are told. */
const moments = new Set([120, 60, 30, 10]);

type TimeLeftProps = { until: number; small?: boolean };

/**
 * The time left to pay, or to take seats that cost nothing, by the server's clock; also in the title of the tab, for
 * buyers who are in another one.
 */
export function TimeLeft({ until, small }: TimeLeftProps) {
  const { text } = useLocale();
  const words = text.held;
  const say = useSay();
  const left = Math.max(0, until - useServerNow());
  const seconds = Math.ceil(left / 1000);
  const shown = minutesAndSeconds(left);
  const last = useRef(seconds);

  useEffect(() => {
    if (last.current !== seconds && moments.has(seconds)) say(words.timeLeft(shown));
    last.current = seconds;
  }, [seconds, shown, say, words]);

  useEffect(() => {
    const plain = document.title;
    document.title = `${shown} · ${plain}`;
    return () => {
      if (document.title === `${shown} · ${plain}`) document.title = plain;
    };
  }, [shown]);

  if (left <= 0) return <p role="status">{text.held.over}</p>;
  return (
    <p className={styles.figure} role="timer" aria-label={words.timeLeft(shown)}>
      <span
        className={classes(small ? styles.middling : styles.big, seconds <= 30 && styles.hurry)}
        aria-hidden="true"
      >
        {shown}
      </span>
      <span className={styles.soft} aria-hidden="true">
        {words.left}
      </span>
    </p>
  );
}

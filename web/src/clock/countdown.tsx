import { useEffect, useRef } from 'react';
import { useSay } from '../design/announcer.tsx';
import { classes } from '../design/classes.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './countdown.module.css';
import { useServerNow } from './use-server-now.ts';

type CountdownProps = { to: number; small?: boolean; announce?: boolean };

/** The time left until a moment (milliseconds, server's clock), in large figures. */
export function Countdown({ to, small, announce }: CountdownProps) {
  const { text } = useLocale();
  const left = Math.max(0, Math.ceil((to - useServerNow()) / 1000));
  const days = Math.floor(left / 86_400);
  const hours = Math.floor((left % 86_400) / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  const seconds = left % 60;
  const spoken = text.clock.spoken(days, hours, minutes, seconds);
  useAnnounced(left, announce === true ? spoken : undefined);

  const parts: [value: number, unit: string][] = [
    ...(days > 0 ? [[days, text.clock.days(days)] as [number, string]] : []),
    ...(days > 0 || hours > 0 ? [[hours, text.clock.hours(hours)] as [number, string]] : []),
    [minutes, text.clock.minutes(minutes)],
    [seconds, text.clock.seconds(seconds)],
  ];
  return (
    <div className={classes(styles.countdown, small && styles.small)} role="timer" aria-label={spoken}>
      {parts.map(([value, unit], index) => (
        <span key={unit} className={styles.part} aria-hidden="true">
          <span className={styles.figure}>{index === 0 ? value : String(value).padStart(2, '0')}</span>
          <span className={styles.unit}>{unit}</span>
        </span>
      ))}
    </div>
  );
}

/** Seconds left at which screen readers are told, instead of every second. */
const moments = new Set([600, 300, 60, 30, 10]);

function useAnnounced(left: number, spoken: string | undefined) {
  const say = useSay();
  const last = useRef(left);
  useEffect(() => {
    if (spoken !== undefined && last.current !== left && moments.has(left)) say(spoken);
    last.current = left;
  }, [left, spoken, say]);
}

import { useLocale } from '../i18n/locale.tsx';
import { serverClock } from '../clock/server-clock.ts';
import { useHasCome } from '../clock/use-server-now.ts';
import type { DropSummary } from '../api/types.ts';
import { classes } from '../design/classes.ts';
import styles from './sale-line.module.css';

type Times = Pick<DropSummary, 'state' | 'opensAt' | 'closesAt'>;

/** In what state a sale is, in a few words; follows the clock while it is looked at. */
export function SaleLine({ drop, timeZone }: { drop: Times | undefined; timeZone: string }) {
  const { text, format } = useLocale();
  const now = usePhaseNow(drop);
  if (!drop || now === undefined) return <p className={styles.line}>{text.events.noSale}</p>;
  const words = {
    scheduled: text.events.opensOn(format.opening(drop.opensAt, timeZone, text.common.yourTime)),
    open: text.events.openNow,
    paused: text.events.paused,
    closed: text.events.closed,
    cancelled: text.events.cancelled,
  }[now];
  return <p className={classes(styles.line, now === 'open' && styles.open)}>{words}</p>;
}

export function usePhaseNow(drop: Times | undefined) {
  useHasCome(drop && Date.parse(drop.opensAt));
  useHasCome(drop && Date.parse(drop.closesAt));
  if (!drop) return undefined;
  if (drop.state === 'cancelled' || drop.state === 'paused') return drop.state;
  const now = serverClock.now();
  if (now >= Date.parse(drop.closesAt)) return 'closed';
  return now >= Date.parse(drop.opensAt) ? 'open' : 'scheduled';
}

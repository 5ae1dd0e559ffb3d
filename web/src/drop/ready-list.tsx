import { Link, useLocation } from 'wouter';
import { serverClock } from '../clock/server-clock.ts';
import { useClockUncertainty } from '../clock/use-server-now.ts';
import { classes } from '../design/classes.ts';
import { Check, Circle } from '../design/icons.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { useMe } from '../session/use-me.ts';
import styles from './ready-list.module.css';
import type { LiveDrop } from './use-drop.ts';

/** What a buyer can do before the opening, so that then only the answer is missing. */
export function ReadyList({ live }: { live: LiveDrop }) {
  const { text, format } = useLocale();
  const me = useMe();
  const [location] = useLocation();
  const uncertainty = useClockUncertainty();
  const { link } = live.feed;
  const isConnected = link === 'live' || link === 'polling';
  const off = serverClock.deviceError();
  const isOff = uncertainty !== undefined && Math.abs(off) > 2_000 + uncertainty;
  const hasSeen = Boolean(me && live.drop.question);
  const isReady = Boolean(me) && isConnected && uncertainty !== undefined && hasSeen;
  const by = format.span(Math.abs(off));
  return (
    <div className={styles.ready}>
      <h3>{isReady ? text.ready.done : text.ready.title}</h3>
      <ul>
        <Item done={Boolean(me)}>
          {me ? (
            text.ready.signedIn(me.name)
          ) : (
            <Link href={`/signin?next=${encodeURIComponent(location)}`}>{text.ready.notSignedIn}</Link>
          )}
        </Item>
        <Item done={isConnected}>
          {isConnected && link === 'live' ? text.ready.connected : text.link[link]}
        </Item>
        <Item done={uncertainty !== undefined}>
          {uncertainty === undefined
            ? text.ready.clockPending
            : text.ready.clock(`${format.number(Math.max(1, uncertainty))} ms`)}
          {isOff && (
            <small>{text.ready.clockWrong(off > 0 ? text.ready.fast(by) : text.ready.slow(by))}</small>
          )}
        </Item>
        <Item done={hasSeen}>{hasSeen ? text.ready.question : text.ready.questionPending}</Item>
      </ul>
    </div>
  );
}

function Item({ done, children }: { done: boolean; children: React.ReactNode }) {
  const { text } = useLocale();
  return (
    <li className={classes(done && styles.done)}>
      {done ? <Check /> : <Circle />}
      <span className="unseen">{done ? text.ready.isDone : text.ready.isOpen}: </span>
      <span>{children}</span>
    </li>
  );
}

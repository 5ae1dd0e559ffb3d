import { Part, part } from '../shell/parts.tsx';
import styles from './unconfirmed-notice.module.css';
import { useMe } from './use-me.ts';

const SendAgain = part(() => import('./send-again.tsx'));

/** Shown on every page to users whose e-mail address is not confirmed, where buying needs that. */
export function UnconfirmedNotice() {
  const me = useMe();
  return (
    me?.isUnconfirmed && (
      <Part fallback={<div className={styles.bar} />}>
        <SendAgain key={me.id} email={me.email} />
      </Part>
    )
  );
}

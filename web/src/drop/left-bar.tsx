import { useLocale } from '../i18n/locale.tsx';
import { figuresOf } from './figures.ts';
import type { LiveDrop } from './use-drop.ts';
import styles from './left-bar.module.css';

/** The seats that are left, as a bar and as text. */
export function LeftBar({ live }: { live: LiveDrop }) {
  const { text, format } = useLocale();
  const { state } = live.feed;
  const figures = figuresOf(live.feed);
  if (!figures) return null;
  const { free, held, sold, capacity } = figures;
  const share = (count: number) => `${(100 * count) / Math.max(1, capacity)}%`;
  return (
    <div className={styles.left}>
      <div className={styles.bar} aria-hidden="true">
        <span className={styles.sold} style={{ width: share(sold) }} />
        <span className={styles.held} style={{ width: share(held) }} />
      </div>
      <p>
        {text.drop.left(format.number(free), format.number(capacity))}
        {state && state.standby > 0 && free === 0 && (
          <> · {text.drop.standbyCount(format.number(state.standby))}</>
        )}
      </p>
    </div>
  );
}

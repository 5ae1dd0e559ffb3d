import { Dots } from '../design/button.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';
import { SeatList } from './seat-list.tsx';
import type { LiveDrop } from './use-drop.ts';

export function Paying({ live, stage }: { live: LiveDrop; stage: { seats: string[] } }) {
  const { text } = useLocale();
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.paying.title}
      </h2>
      <Dots />
      <p>{text.paying.text}</p>
      <SeatList seats={stage.seats} sections={live.drop.sections} />
    </>
  );
}

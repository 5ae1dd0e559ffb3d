import { ActionBar } from '../design/action-bar.tsx';
import { ButtonLink } from '../design/button.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';
import { SeatList } from './seat-list.tsx';
import type { Stage } from './stage-of.ts';
import type { LiveDrop } from './use-drop.ts';

export function Paid({ live, stage }: { live: LiveDrop; stage: Extract<Stage, { kind: 'paid' }> }) {
  const { text } = useLocale();
  const isCancelled = live.phase === 'cancelled';
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {isCancelled ? text.phases.cancelledTitle : text.paid.title}
      </h2>
      <p className={styles.soft}>{isCancelled ? text.phases.cancelledText : text.paid.text}</p>
      <SeatList seats={stage.seats} sections={live.drop.sections} />
      {stage.orderId && (
        <ActionBar>
          <ButtonLink look="now" wide href={`/orders/${stage.orderId}`}>
            {isCancelled ? text.phases.cancelledOrder : text.paid.show}
          </ButtonLink>
        </ActionBar>
      )}
    </>
  );
}

import { ActionBar } from '../design/action-bar.tsx';
import { ButtonLink } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';
import { Leave } from './leave.tsx';
import { usePaymentFault } from './pay.tsx';
import { SeatList } from './seat-list.tsx';
import type { Stage } from './stage-of.ts';
import { TimeLeft } from './time-left.tsx';
import type { LiveDrop } from './use-drop.ts';

export function Held({ live, stage }: { live: LiveDrop; stage: Extract<Stage, { kind: 'held' }> }) {
  const { text, format } = useLocale();
  const { drop } = live;
  const fault = usePaymentFault(live);
  const price = format.money(drop.price, stage.seats.length);
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.held.title(stage.seats.length)}
      </h2>
      <TimeLeft until={stage.expiresAt} />
      {fault && <Notice tone="bad">{fault}</Notice>}
      <SeatList seats={stage.seats} sections={drop.sections} />
      <ActionBar>
        <div className={styles.pair}>
          <Leave
            live={live}
            label={text.held.giveBack}
            title={text.held.giveBackTitle}
            text={text.held.giveBackText}
            yes={text.held.giveBackYes}
            no={text.held.giveBackNo}
          />
          <ButtonLink look="now" href={`/drops/${drop.id}/pay`}>
            {text.held.pay(price)}
          </ButtonLink>
        </div>
      </ActionBar>
    </>
  );
}

import { useEffect } from 'react';
import { totalOf } from '@seatdrop/shared/contract/total.ts';
import { ActionBar } from '../design/action-bar.tsx';
import { ButtonLink } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { loadPayment } from '../pay/pay-step.tsx';
import { usePaymentFault } from '../pay/payment-fault.ts';
import styles from './counter.module.css';
import { GetTickets } from './get-tickets.tsx';
import { LeaveHold } from './leave-hold.tsx';
import { SeatList } from './seat-list.tsx';
import type { Stage } from './stage-of.ts';
import { TimeLeft } from './time-left.tsx';
import type { LiveDrop } from './use-drop.ts';

export function Held({ live, stage }: { live: LiveDrop; stage: Extract<Stage, { kind: 'held' }> }) {
  const { text, format, isFree } = useLocale();
  const { drop } = live;
  const fault = usePaymentFault(live.payment);
  const isUnknown = stage.hasBegun && live.payment === undefined;
  useEffect(() => {
    // Begun before this page was opened, it may be with the bank and not the buyer's to go on with.
    void loadPayment().then((loaded) => isUnknown && loaded?.askPayment(drop, stage));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, as the payment is then known
  }, [isUnknown]);
  const price = format.money(totalOf(drop, stage.seats.length));
  return (
    <>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.held.title(stage.seats.length)}
      </h2>
      <TimeLeft until={stage.expiresAt} />
      {fault && !isFree && <Notice tone="bad">{fault}</Notice>}
      <SeatList seats={stage.seats} sections={drop.sections} />
      {isFree ? <GetTickets live={live} stage={stage} /> : <ToPay live={live} price={price} />}
    </>
  );
}

function ToPay({ live, price }: { live: LiveDrop; price: string }) {
  const { text } = useLocale();
  return (
    <ActionBar>
      <div className={styles.pair}>
        <LeaveHold live={live} />
        <ButtonLink look="now" href={`/drops/${live.drop.id}/pay`}>
          {text.held.pay(price)}
        </ButtonLink>
      </div>
    </ActionBar>
  );
}

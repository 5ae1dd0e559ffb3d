import { useState } from 'react';
import { ActionBar } from '../design/action-bar.tsx';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { loadPayment } from '../pay/pay-step.tsx';
import { usePaymentFault } from '../pay/payment-fault.ts';
import styles from './counter.module.css';
import { LeaveHold } from './leave-hold.tsx';
import { RetryNote } from './retry-note.tsx';
import type { Stage } from './stage-of.ts';
import type { LiveDrop } from './use-drop.ts';
import { useRetryPause } from './use-retry-pause.ts';

/** The button that takes held seats which cost nothing, and what became of the last press. */
export function GetTickets({ live, stage }: { live: LiveDrop; stage: Extract<Stage, { kind: 'held' }> }) {
  const { text } = useLocale();
  const { drop, payment } = live;
  const [isCutOff, setCutOff] = useState(false);
  const fault = usePaymentFault(payment);
  const pause = useRetryPause(payment?.retryAt);
  const isBusy = payment?.sending !== undefined;
  const press = async () => {
    const loaded = navigator.onLine ? await loadPayment() : undefined;
    setCutOff(!loaded);
    loaded?.takeSeats(drop, stage);
  };
  const said = isCutOff ? text.problems.unreachable : fault;
  return (
    <>
      {payment?.isResultUnknown && <Notice>{text.paying.text}</Notice>}
      {said !== undefined && !isBusy && <Notice tone="bad">{said}</Notice>}
      <ActionBar>
        <div className={styles.pair}>
          <LeaveHold live={live} />
          <Button look="now" wide busy={isBusy} disabled={pause > 0} onClick={() => void press()}>
            {text.free.take}
          </Button>
        </div>
        <RetryNote pause={pause} />
      </ActionBar>
    </>
  );
}

/** Begins the payment, shows the provider's part of it, and says what became of it. */
import { useEffect, useState } from 'react';
import { totalOf } from '@seatdrop/shared/contract/total.ts';
import type { Drop, Money } from '../api/types.ts';
import { useHasCome } from '../clock/use-server-now.ts';
import { ActionBar } from '../design/action-bar.tsx';
import { Button, Dots } from '../design/button.tsx';
import { useFirstFault } from '../design/first-fault.ts';
import { Notice } from '../design/notice.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import styles from '../drop/counter.module.css';
import { LeaveHold } from '../drop/leave-hold.tsx';
import { RetryNote } from '../drop/retry-note.tsx';
import type { Stage } from '../drop/stage-of.ts';
import { useRetryPause } from '../drop/use-retry-pause.ts';
import type { LiveDrop } from '../drop/use-drop.ts';
import { useLocale } from '../i18n/locale.tsx';
import { Part, part } from '../shell/parts.tsx';
import { challengeHeights, formHeights, spaceOf } from './form-heights.ts';
import { pay } from './pay.ts';
import type { Payment } from './payments.ts';
import { usePaymentFault } from './payment-fault.ts';

const Sandbox = part(() => import('./sandbox.tsx'));
const Stripe = part(() => import('./stripe.tsx'));
const Payu = part(() => import('./payu.tsx'));

type Held = Extract<Stage, { kind: 'held' }>;

/** Asks how a payment stands that has begun. */
export function askPayment(drop: Drop, { seats, checkoutToken }: Held): void {
  void pay(drop.id, { seats, checkoutToken }, totalOf(drop, seats.length));
}

/** Takes seats that cost nothing. */
export function takeSeats(drop: Drop, { seats, checkoutToken }: Held): void {
  void pay(drop.id, { seats, checkoutToken }, totalOf(drop, seats.length), 'agreed');
}

export default function PaymentOfSeats({
  live,
  stage,
  total,
}: {
  live: LiveDrop;
  stage: Held;
  total: Money;
}) {
  const { text } = useLocale();
  const { drop, payment } = live;
  const { seats, checkoutToken } = stage;
  const [isCutOff, setCutOff] = useState(false);
  const [sentHeight, setSentHeight] = useState<number>();
  const isOver = useHasCome(stage.expiresAt);
  const { inside, show } = useFirstFault<HTMLDivElement>();
  const paymentFault = usePaymentFault(payment);
  const fault = isCutOff ? text.problems.unreachable : paymentFault;
  const isBusy = payment?.sending !== undefined;

  // Once for each hold: a page that is loaded again, or on another device, goes on with the payment under way.
  const seatNames = seats.join(' ');
  useEffect(() => {
    if (payment?.newTotal) return;
    void pay(drop.id, { seats: seatNames.split(' '), checkoutToken }, total);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once: a token signed again is of the same hold, and a new total needs the buyer's consent
  }, [drop.id, seatNames]);
  useEffect(() => {
    if (fault !== undefined && !isBusy) show();
  }, [fault, isBusy, show]);

  const send: Send = (step) => {
    if ((payment?.retryAt ?? 0) > performance.now()) return;
    // Without a connection nothing leaves this device, so the result of a payment is not in doubt.
    setCutOff(!navigator.onLine);
    setSentHeight(inside.current?.offsetHeight);
    if (navigator.onLine) void pay(drop.id, stage, total, step);
  };

  // The clock of this page may be ahead of the server's: until the server says so, the seats are not lost.
  if (isOver && !isBusy) return <Dots />;
  return (
    <div ref={inside} className={styles.form} style={spaceOf(sentHeight)}>
      <PaymentStep live={live} total={total} fault={fault} send={send} />
    </div>
  );
}

type Send = (step?: Parameters<typeof pay>[3]) => void;
type StepProps = { live: LiveDrop; total: Money; fault: string | undefined; send: Send };

function PaymentStep({ live, total, fault, send }: StepProps) {
  const { text, format } = useLocale();
  const { payment } = live;
  const isBusy = payment?.sending !== undefined;
  const price = format.money(total);
  if (payment?.newTotal) {
    return (
      <>
        <Notice>{text.pay.totalChanged(price)}</Notice>
        <Buttons live={live} fault={fault} label={text.pay.agree(price)} onPress={() => send()} />
      </>
    );
  }
  if (!payment?.open) {
    if (isBusy || payment === undefined) return <Skeleton heights={formHeights} />;
    return <Buttons live={live} fault={fault} label={text.common.tryAgain} onPress={() => send()} />;
  }
  const { action } = payment.open;
  const isChallenge = action.step === 'challenge';
  const adapter = {
    isBusy,
    onToken: (token: string) => send({ token }),
    onDone: () => send('answered'),
    instead: <LeaveHold live={live} />,
    children: (isReady: boolean) =>
      isChallenge ? (
        <>
          <Messages payment={payment} fault={fault} />
          {fault !== undefined && !isBusy && (
            <Button onClick={() => send('answered')}>{text.common.tryAgain}</Button>
          )}
          <LeaveHold live={live} />
        </>
      ) : (
        <Buttons live={live} fault={fault} label={text.pay.submit(price)} isReady={isReady} />
      ),
  };
  return (
    <>
      {isChallenge && <Notice>{text.pay.challenge}</Notice>}
      <Part fallback={<Skeleton heights={isChallenge ? challengeHeights : formHeights} />}>
        {/* The form of another step begins anew. */}
        {action.provider === 'sandbox' && <Sandbox key={action.step} action={action} {...adapter} />}
        {action.provider === 'stripe' && <Stripe key={action.step} action={action} {...adapter} />}
        {action.provider === 'payu' && <Payu action={action} {...adapter} />}
      </Part>
    </>
  );
}

type ButtonsProps = {
  live: LiveDrop;
  fault: string | undefined;
  label: string;
  /** False while the form that the button submits is loading. */
  isReady?: boolean;
  /** Default: the button submits the form around it. */
  onPress?: () => void;
};

/** The main button with what it says about the last press, and the way out. */
function Buttons({ live, fault, label, isReady = true, onPress }: ButtonsProps) {
  const { text } = useLocale();
  const { payment } = live;
  const pause = useRetryPause(payment?.retryAt);
  return (
    <>
      <Messages payment={payment} fault={fault} />
      <ActionBar>
        <div className={styles.pair}>
          <LeaveHold live={live} />
          <Button
            type={onPress ? 'button' : 'submit'}
            look="now"
            wide
            busy={payment?.sending !== undefined || !isReady}
            disabled={pause > 0}
            onClick={onPress}
          >
            {payment?.sending === 'confirm' ? text.pay.paying : label}
          </Button>
        </div>
        <RetryNote pause={pause} />
      </ActionBar>
    </>
  );
}

function Messages({ payment, fault }: { payment: Payment | undefined; fault: string | undefined }) {
  const { text } = useLocale();
  if (payment?.isResultUnknown) return <Notice>{text.pay.unknown}</Notice>;
  return (
    <>
      {fault !== undefined && payment?.sending === undefined && <Notice tone="bad">{fault}</Notice>}
      <p className={styles.soft}>{text.pay.doNotWorry}</p>
    </>
  );
}

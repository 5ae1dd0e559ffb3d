/** Pays the held seats, with the cards of the sandbox. */
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { Refusal, Unreachable } from '../api/http.ts';
import { faultText } from '../api/use-fault.ts';
import { ActionBar } from '../design/action-bar.tsx';
import { Button } from '../design/button.tsx';
import { Choices } from '../design/choices.tsx';
import { useFirstFault } from '../design/first-fault.ts';
import { Notice } from '../design/notice.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './counter.module.css';
import { sendPayment } from './payments.ts';
import { SeatList } from './seat-list.tsx';
import type { Stage } from './stage-of.ts';
import { TimeLeft } from './time-left.tsx';
import { useRetryPause } from './use-retry-pause.ts';
import type { LiveDrop } from './use-drop.ts';

const cards = [
  ['tok_approved', '4242'],
  ['tok_declined', '0002'],
  ['tok_slow', '3220'],
  ['tok_late', '0077'],
  ['tok_lost', '9995'],
] as const;
type Card = (typeof cards)[number][0];

export function Pay({ live, stage }: { live: LiveDrop; stage: Extract<Stage, { kind: 'held' }> }) {
  const { text, format } = useLocale();
  const { drop } = live;
  const [card, setCard] = useState<Card>('tok_approved');
  const isPaying = stage.isBeingPaid;
  const fault = usePaymentFault(live);
  const pause = useRetryPause(live.payment?.retryAt);
  const { inside, show } = useFirstFault<HTMLFormElement>();
  useEffect(() => {
    if (fault !== undefined && !isPaying) show();
  }, [fault, isPaying, show]);
  const total = format.money(drop.price, stage.seats.length);
  return (
    <>
      <Link href={`/drops/${drop.id}`}>{text.pay.backToSeats}</Link>
      <h2 id="stage" tabIndex={-1} className={styles.title}>
        {text.pay.title}
      </h2>
      <TimeLeft until={stage.expiresAt} small />
      <SeatList seats={stage.seats} sections={drop.sections} />
      <p className={styles.total}>
        <span className={styles.soft}>{text.pay.each(stage.seats.length, format.money(drop.price))}</span>
        <strong>{total}</strong>
      </p>
      <div className={styles.tear} />
      <form
        ref={inside}
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void sendPayment(drop.id, stage, card);
        }}
      >
        <Choices
          legend={text.pay.choose}
          value={card}
          onChange={(value) => setCard(value as Card)}
          choices={cards.map(([token, digits]) => ({
            value: token,
            label: text.pay.cards[token].name,
            hint: text.pay.cards[token].hint,
            after: <CardDigits digits={digits} />,
          }))}
        />
        <p className={styles.soft}>
          {text.pay.sandbox} {text.pay.doNotWorry}
        </p>
        {fault && <Notice tone="bad">{fault}</Notice>}
        <ActionBar>
          <Button type="submit" look="now" wide busy={isPaying} disabled={pause > 0}>
            {isPaying ? text.pay.paying : text.pay.submit(total)}
          </Button>
          {pause > 0 && (
            <p className={styles.soft} role="status">
              {text.problems.retryIn(pause)}
            </p>
          )}
        </ActionBar>
      </form>
    </>
  );
}

function CardDigits({ digits }: { digits: string }) {
  const { text } = useLocale();
  return (
    <span className={styles.soft}>
      <span aria-hidden="true">•••• {digits}</span>
      <span className="unseen">{text.pay.endingIn(digits)}</span>
    </span>
  );
}

/** Why the payment failed, as a text for the buyer. */
export function usePaymentFault({ payment }: LiveDrop): string | undefined {
  const { text } = useLocale();
  const error = payment?.error;
  if (error instanceof Unreachable) return text.pay.unknown;
  if (error instanceof Refusal && error.code === 'payment_declined' && error.body['expiresAt']) {
    return text.pay.declined;
  }
  return faultText(error, text);
}

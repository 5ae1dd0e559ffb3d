import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, Refusal } from '../api/http.ts';
import type { Event, Order } from '../api/types.ts';
import { faultText } from '../api/use-fault.ts';
import { serverClock } from '../clock/server-clock.ts';
import { useSay } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { ConfirmDialog } from '../design/confirm-dialog.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { amountOf } from './amount-of.ts';
import { giveBackWords } from './give-back-words.ts';
import { ReturnsNote } from './returns-note.tsx';
import { SeatBoxes } from './seat-boxes.tsx';

type GiveBackProps = { order: Order; event: Event };

/** Lets the buyer return tickets of an order, while its drop allows that. */
export function GiveBack({ order, event }: GiveBackProps) {
  const words = giveBackWords[useLocale().locale];
  const [isAsked, setAsked] = useState(false);
  const isOver = !order.returns || Date.parse(order.returns.until) <= serverClock.now();
  if (isOver || order.status !== 'paid') return null;
  return (
    <>
      <ReturnsNote returns={order.returns} timeZone={event.timeZone} />
      <div>
        <Button look="quiet" onClick={() => setAsked(true)}>
          {words.button}
        </Button>
      </div>
      {isAsked && <GiveBackDialog order={order} onClose={() => setAsked(false)} />}
    </>
  );
}

function GiveBackDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const { text, format, locale, isFree } = useLocale();
  const words = giveBackWords[locale];
  const client = useQueryClient();
  const say = useSay();
  const valid = order.seats.filter(({ state }) => state === 'valid');
  const [chosen, setChosen] = useState(() => (valid.length === 1 ? valid.map(({ id }) => id) : []));
  const [isPressed, setPressed] = useState(false);
  const seats = chosen.filter((seat) => valid.some(({ id }) => id === seat));
  const { amount } = amountOf(order, seats, order.returns?.keepPercent);
  const money = format.money({ ...order.amount, amount });
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      try {
        await ask<Order>('POST', `/orders/${order.id}/refund`, { body: { seats } });
      } finally {
        await client.invalidateQueries({ queryKey: ['orders'] });
      }
    },
    onSuccess: () => {
      say(isFree ? words.doneFree : words.done);
      onClose();
    },
  });
  const own =
    error instanceof Refusal ? words.problems[error.code as keyof typeof words.problems] : undefined;
  return (
    <ConfirmDialog
      title={words.title}
      text={isFree ? words.textFree : words.text(money)}
      yes={isFree ? words.button : words.yes(money)}
      no={words.no}
      bad
      busy={isPending}
      fault={isPressed && seats.length === 0 ? words.noSeat : (own ?? faultText(error, text))}
      onYes={() => {
        setPressed(true);
        if (seats.length > 0) mutate();
      }}
      onClose={onClose}
    >
      <SeatBoxes legend={words.seats} seats={valid} chosen={seats} onChange={setChosen} />
    </ConfirmDialog>
  );
}

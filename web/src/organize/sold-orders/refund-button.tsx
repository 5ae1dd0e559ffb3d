import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/http.ts';
import type { Order } from '../../api/types.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { amountOf } from '../../orders/amount-of.ts';
import { SeatBoxes } from '../../orders/seat-boxes.tsx';
import type { SoldOrder } from '../../staff/queries.ts';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';

/** Refunds an order, or the seats of it that the organizer chooses. */
export function RefundButton({ order }: { order: SoldOrder }) {
  const { orders: words } = useWords();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button look="quiet" aria-describedby={`buyer-${order.id}`} onClick={() => setAsked(true)}>
        {words.refund}
      </Button>
      {isAsked && <RefundDialog order={order} onClose={() => setAsked(false)} />}
    </>
  );
}

function RefundDialog({ order, onClose }: { order: SoldOrder; onClose: () => void }) {
  const { format } = useLocale();
  const { orders: words } = useWords();
  const client = useQueryClient();
  const say = useSay();
  const faultOf = useStaffFault();
  const valid = order.seats.filter(({ state }) => state === 'valid');
  const [left, setLeft] = useState<string[]>([]);
  const [isEmpty, setEmpty] = useState(false);
  const chosen = valid.filter(({ id }) => !left.includes(id));
  const seats = chosen.map(({ id }) => id);
  const used = chosen.filter(({ checkedInAt }) => checkedInAt !== undefined).length;
  const amount = format.money({ ...order.amount, amount: amountOf(order, seats).amount });
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      try {
        const body = { seats, ...(used > 0 && { force: true }) };
        await ask<Order>('POST', `/orders/${order.id}/refund`, { body });
      } finally {
        // If the refund was refused because a ticket has been used since, the dialog says so and asks again.
        await client.invalidateQueries({ queryKey: ['sold orders', order.dropId] });
      }
    },
    onSuccess: () => {
      say(words.refunded(order.buyer.name));
      onClose();
    },
  });
  const isAll = seats.length === order.seats.length;
  const name = order.buyer.name;
  return (
    <ConfirmDialog
      title={used > 0 ? words.refundUsedTitle : isAll ? words.refundTitle : words.refundPartTitle}
      text={used > 0 ? words.refundUsedText(name, amount, used) : words.refundText(name, amount)}
      yes={used > 0 ? words.refundUsedYes(amount) : words.refundYes(amount)}
      no={words.refundNo}
      bad
      busy={isPending}
      fault={isEmpty && seats.length === 0 ? words.refundNoSeat : faultOf(error)}
      onYes={() => (seats.length === 0 ? setEmpty(true) : mutate())}
      onClose={onClose}
    >
      {valid.length > 1 && (
        <SeatBoxes
          legend={words.refundSeats}
          seats={valid}
          chosen={seats}
          onChange={(now) => setLeft(valid.map(({ id }) => id).filter((id) => !now.includes(id)))}
        />
      )}
    </ConfirmDialog>
  );
}

/** Checks tickets in, one after the other, and remembers the latest few. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState, type RefObject } from 'react';
import type { z } from 'zod';
import type { undoneCheckIn } from '@seatdrop/shared/contract/check-ins.ts';
import { readTicketCode } from '@seatdrop/shared/contract/ticket-code.ts';
import { newNonce } from '../../api/nonce.ts';
import type { Seat } from '../../api/types.ts';
import { foundQuery, listIn } from './queries.ts';
import { forgetCounted, undoWaiting } from './admit-offline.ts';
import { changeAdmission, type ShownAtDoor, type TicketId } from './door-store.ts';
import { askUntilAnswered, redeem, type SeatChoice, type Connection, type DoorResult } from './redeem.ts';
import type { ThisDoor } from './this-door.ts';

export type Result = DoorResult & { key: number; shown: ShownAtDoor };

const remembered = 8;

/** The text of a ticket's QR code, as `general/check-ins/ticket.ts` writes it. */
const qrText = /^[0-9a-z]{14}-[0-9a-z]{1,4}\.\d{1,5}\.\d{1,3}\.[\w-]{22}$/;

type Task = { shown: ShownAtDoor; choice?: SeatChoice; isTyped?: boolean };

type Deps = { eventId: number; here: ThisDoor; connection: RefObject<Connection>; changed: () => void };

export function useCheckIn({ eventId, here, connection, changed }: Deps) {
  const client = useQueryClient();
  const [results, setResults] = useState<readonly Result[]>([]);
  const [search, setSearch] = useState<string>();
  const count = useRef(0);
  const show = (told: DoorResult, shown: ShownAtDoor) => {
    count.current += 1;
    const kept: Result = { ...told, shown, key: count.current };
    setResults((last) => [kept, ...last].slice(0, remembered));
    changed();
  };
  const find = async (text: string): Promise<boolean> => {
    if (text.length < 2 || text.length > 100) return false;
    const query = foundQuery({ eventId, text }, client, () => !connection.current.isOnline());
    const { items } = await client.fetchQuery({ ...query, staleTime: 0 });
    if (items.length > 0) setSearch(text);
    return items.length > 0;
  };
  const { mutateAsync, isPending } = useMutation({
    // A scanner can be faster than the network: one request at a time keeps the results in order.
    scope: { id: `check-ins ${eventId}` },
    async mutationFn({ shown, choice, isTyped }: Task) {
      try {
        const text = 'code' in shown ? shown.code : '';
        const isCode = qrText.test(text) || readTicketCode(text) !== undefined;
        if (isTyped === true && !isCode)
          return (await find(text)) ? undefined : ({ kind: 'invalid' } as const);
        const list = listIn(client, eventId);
        const told = await redeem({ eventId, here, shown, list, connection: connection.current, choice });
        // A name can look like a short code.
        const mayBeName = isTyped === true && !qrText.test(text) && told.kind === 'invalid';
        return mayBeName && (await find(text)) ? undefined : told;
      } catch (error) {
        return { kind: 'failed', error } as const;
      }
    },
    onSuccess(told, { shown, isTyped }) {
      if (!told) return;
      if (isTyped === true || 'code' in shown) setSearch(undefined);
      show(told, shown);
    },
  });
  const check = useCallback(
    async (code: string): Promise<void> => void (await mutateAsync({ shown: { code } })),
    [mutateAsync],
  );
  return {
    check,
    results,
    isChecking: isPending,
    search,
    closeSearch: () => setSearch(undefined),
    /** A code is checked; other text is searched for. */
    read: (text: string) => void mutateAsync({ shown: { code: text }, isTyped: true }),
    admit: (ticket: TicketId) => void mutateAsync({ shown: { ticket } }),
    choose: (shown: ShownAtDoor, choice: SeatChoice) => void mutateAsync({ shown, choice }),
    /** Rejects if it was not undone. */
    undo: async ({ orderId, seat }: { orderId: string; seat: Seat }): Promise<void> => {
      const ticket = { orderId, seatId: seat.id };
      await undo(eventId, ticket);
      show({ kind: 'undone', seat }, { ticket });
      void client.invalidateQueries({ queryKey: ['ticket list', eventId] });
    },
    forget: async (nonce: string): Promise<void> => {
      await changeAdmission(nonce, () => undefined);
      changed();
    },
  };
}

async function undo(eventId: number, ticket: TicketId): Promise<void> {
  const nonce = newNonce();
  if (await undoWaiting(eventId, ticket, nonce)) return;
  await askUntilAnswered<z.infer<typeof undoneCheckIn>>(`/events/${eventId}/check-ins/undo`, {
    ticket,
    nonce,
  });
  await forgetCounted(eventId, ticket);
}

/** Checks tickets in, one after the other, and remembers the latest few. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import type { z } from 'zod';
import type { checkIn, undoneCheckIn } from '@seatdrop/shared/contract/check-ins.ts';
import { ask, isPassing, pauseBefore, Refusal } from '../../api/http.ts';
import { newNonce } from '../../api/nonce.ts';
import type { Seat } from '../../api/types.ts';

export type Result = { key: number; code: string } & (
  | { kind: 'let_in'; seat: Seat }
  /** A check-in was taken back: the ticket can be used again. */
  | { kind: 'undone'; seat: Seat }
  | { kind: 'again'; seat: Seat | undefined; since: string | undefined }
  | { kind: 'refunded' }
  | { kind: 'invalid' }
  /** The ticket's state is unknown: no connection, or the server is overloaded. */
  | { kind: 'failed'; error: unknown }
);

const remembered = 8;

type Scan = { code: string; what: 'redeem' | 'undo' };

export function useCheckIn(eventId: number) {
  const client = useQueryClient();
  const [results, setResults] = useState<readonly Result[]>([]);
  const count = useRef(0);
  const { mutateAsync, isPending } = useMutation({
    // A scanner can be faster than the network: one request at a time keeps the results in order.
    scope: { id: `check-ins ${eventId}` },
    mutationFn: ({ code, what }: Scan) => (what === 'undo' ? undo : redeem)(eventId, code),
    onSuccess(result, { code }) {
      count.current += 1;
      const kept: Result = { ...result, code, key: count.current };
      setResults((last) => [kept, ...last].slice(0, remembered));
      void client.invalidateQueries({ queryKey: ['check-ins', eventId] });
    },
  });
  const check = useCallback(
    async (code: string, what: Scan['what'] = 'redeem'): Promise<void> => {
      await mutateAsync({ code, what });
    },
    [mutateAsync],
  );
  return { check, results, isChecking: isPending };
}

type Told = Result extends infer Each ? (Each extends Result ? Omit<Each, 'key' | 'code'> : never) : never;

async function redeem(eventId: number, code: string): Promise<Told> {
  try {
    const { seat } = await askUntilAnswered<z.infer<typeof checkIn>>(`/events/${eventId}/check-ins`, code);
    return { kind: 'let_in', seat };
  } catch (error) {
    if (!(error instanceof Refusal)) return { kind: 'failed', error };
    switch (error.code) {
      case 'already_checked_in':
        return {
          kind: 'again',
          seat: error.body['seat'] as Seat | undefined,
          since: error.body['checkedInAt'] as string | undefined,
        };
      case 'ticket_refunded':
        return { kind: 'refunded' };
      case 'ticket_not_valid':
      case 'invalid_request':
        return { kind: 'invalid' };
      default:
        return { kind: 'failed', error };
    }
  }
}

async function undo(eventId: number, code: string): Promise<Told> {
  try {
    const path = `/events/${eventId}/check-ins/undo`;
    const { seat } = await askUntilAnswered<z.infer<typeof undoneCheckIn>>(path, code);
    return { kind: 'undone', seat };
  } catch (error) {
    return error instanceof Refusal && error.code === 'ticket_refunded'
      ? { kind: 'refunded' }
      : { kind: 'failed', error };
  }
}

const mostTries = 4;
/** Milliseconds for one answer: somebody waits at the door. */
const patience = 6_000;

/**
 * Repeats the request if its answer is lost. By the nonce the server recognises the same scan, so nobody who
 * was let in is reported as having used the ticket before.
 */
async function askUntilAnswered<T>(path: string, code: string): Promise<T> {
  const nonce = newNonce();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await ask<T>('POST', path, { body: { code, nonce }, timeout: patience })).data;
    } catch (error) {
      if (attempt >= mostTries || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseBefore(attempt - 1, error, 3_000)));
    }
  }
}

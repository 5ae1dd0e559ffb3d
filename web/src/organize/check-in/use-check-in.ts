/** Redeems codes, one after the other, and remembers the last few. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import type { z } from 'zod';
import type { checkIn } from '../../../../shared/contract/check-ins.ts';
import { ask, Refusal } from '../../api/http.ts';
import type { Seat } from '../../api/types.ts';

export type Result = { key: number; code: string } & (
  | { kind: 'let_in'; seat: Seat }
  | { kind: 'again'; seat: Seat | undefined; since: string | undefined }
  | { kind: 'refunded' }
  | { kind: 'invalid' }
  /** Nothing is known of the ticket: no line, or too busy. */
  | { kind: 'failed'; error: unknown }
);

const remembered = 8;

export function useCheckIn(eventId: number) {
  const client = useQueryClient();
  const [results, setResults] = useState<readonly Result[]>([]);
  const [isChecking, setChecking] = useState(false);
  const count = useRef(0);
  /** A scanner can be faster than the line: one after the other, so that answers come in order. */
  const line = useRef(Promise.resolve());

  const check = useCallback(
    (code: string): Promise<void> => {
      const next = line.current.then(async () => {
        setChecking(true);
        const result = await redeem(eventId, code);
        count.current += 1;
        const kept: Result = { ...result, code, key: count.current };
        setResults((last) => [kept, ...last].slice(0, remembered));
        setChecking(false);
        void client.invalidateQueries({ queryKey: ['check-ins', eventId] });
      });
      line.current = next;
      return next;
    },
    [client, eventId],
  );
  return { check, results, isChecking };
}

type Told = Result extends infer Each ? (Each extends Result ? Omit<Each, 'key' | 'code'> : never) : never;

async function redeem(eventId: number, code: string): Promise<Told> {
  try {
    const { data } = await ask<z.infer<typeof checkIn>>('POST', `/events/${eventId}/check-ins`, {
      body: { code },
    });
    return { kind: 'let_in', seat: data.seat };
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

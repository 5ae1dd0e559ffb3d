import { setTimeout as sleep } from 'node:timers/promises';
import { type Charge, type ChargeRequest, Charges, type Refund } from './charges.ts';
import type { Webhooks } from './webhooks.ts';

/** The tokens of test cards. */
export const TOKENS = ['tok_approved', 'tok_declined', 'tok_slow', 'tok_lost', 'tok_late'] as const;
export type Token = (typeof TOKENS)[number];

export type ChargeCall = Pick<ChargeRequest, 'key' | 'amount' | 'currency' | 'metadata'> & { token: Token };

export type ChargeAnswer =
  | { kind: 'charge'; charge: Charge }
  /** The charge is made, but the caller gets no answer. */
  | { kind: 'lost' }
  /** The key belongs to a charge with another amount. */
  | { kind: 'conflict'; charge: Charge };

export type Provider = {
  /** Resolves when the charge is decided, which takes a while for tok_slow and tok_late. */
  charge(call: ChargeCall): Promise<ChargeAnswer>;
  byKey(key: string): Charge | undefined;
  withPrefix(prefix: string): Charge[];
  cancel(key: string): Charge;
  refund(key: string): Refund | undefined;
  close(): void;
};

/** The rules of the sandbox payment provider, which stands for a provider outside Seatdrop. */
export function createProvider(options: {
  charges: Charges;
  webhooks: Webhooks;
  /** How long tok_slow and tok_late take. Milliseconds. */
  slowMs?: number;
  lateMs?: number;
}): Provider {
  const { charges, webhooks, slowMs = 2_000, lateMs = 8_000 } = options;
  const closing = new AbortController();
  const decisions = new Map<string, Promise<void>>();

  /** Approves a pending charge at its time, unless it was canceled meanwhile. */
  function decideAt(key: string, dueAt: number): void {
    const decision = sleep(Math.max(0, dueAt - Date.now()), undefined, { signal: closing.signal })
      .then(() => {
        if (charges.approve(key)) tell(charges.byKey(key));
      })
      .catch((error: unknown) => {
        if (!closing.signal.aborted) throw error;
      })
      .finally(() => decisions.delete(key));
    decisions.set(key, decision);
  }

  function tell(charge: Charge | undefined): void {
    if (charge?.status === 'approved') webhooks.send('charge.approved', charge);
    if (charge?.status === 'declined') webhooks.send('charge.declined', charge);
  }

  // Charges that were pending at the last stop are decided at their times.
  for (const { key, dueAt } of charges.pending()) decideAt(key, dueAt);

  return {
    async charge({ token, ...call }) {
      const request = { ...call, ...resultOf(token, slowMs, lateMs) };
      const { charge, isNew } = charges.record(request);
      if (isNew) {
        tell(charge);
        if (request.dueAt !== undefined) decideAt(call.key, request.dueAt);
        if (token === 'tok_lost') return { kind: 'lost' };
      } else if (charge.status !== 'canceled') {
        const isOther = charge.amount !== call.amount || charge.currency !== call.currency;
        if (isOther) return { kind: 'conflict', charge };
      }
      await decisions.get(call.key);
      return { kind: 'charge', charge: charges.byKey(call.key) ?? charge };
    },
    byKey: (key) => charges.byKey(key),
    withPrefix: (prefix) => charges.withPrefix(prefix),
    cancel: (key) => charges.cancel(key),
    refund(key) {
      const refunded = charges.refund(key);
      const charge = charges.byKey(key);
      if (refunded?.isNew && charge !== undefined) webhooks.send('charge.refunded', charge);
      return refunded?.refund;
    },
    close: () => closing.abort(),
  };
}

function resultOf(
  token: Token,
  slowMs: number,
  lateMs: number,
): Pick<ChargeRequest, 'status' | 'reason' | 'dueAt'> {
  switch (token) {
    case 'tok_approved':
    case 'tok_lost':
      return { status: 'approved' };
    case 'tok_declined':
      return { status: 'declined', reason: 'card_declined' };
    case 'tok_slow':
      return { status: 'pending', dueAt: Date.now() + slowMs };
    case 'tok_late':
      return { status: 'pending', dueAt: Date.now() + lateMs };
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CardResult,
  type Charge,
  type ChargeRequest,
  Charges,
  type RefundCall,
  type Refunded,
} from './charges.ts';
import type { Webhooks } from './webhooks.ts';

/** The tokens of test cards. */
export const TOKENS = [
  'tok_approved',
  'tok_declined',
  'tok_slow',
  'tok_late',
  'tok_lost',
  'tok_challenge',
] as const;
export type Token = (typeof TOKENS)[number];

/** Without a token the charge only waits for one. */
export type ChargeCall = ChargeRequest & { token?: Token };

export type ChargeAnswer =
  | { kind: 'charge'; charge: Charge }
  /** The charge is made, but the caller gets no answer. */
  | { kind: 'lost' }
  /** The key belongs to a charge with another amount. */
  | { kind: 'conflict'; charge: Charge };

export type Provider = {
  /** Creates the charge of a key, and uses a card for it. With a card it resolves when the bank has decided or asks. */
  charge(call: ChargeCall): Promise<ChargeAnswer>;
  byKey(key: string): Charge | undefined;
  withPrefix(prefix: string): Charge[];
  cancel(key: string): Charge;
  refund(call: RefundCall): Refunded;
  /**
   * The buyer's answer to the bank's challenge. A charge that is not challenged stays as it is. Returns the charge
   * after that, or undefined if no charge has the secret.
   */
  answerChallenge(secret: string, approve: boolean): Charge | undefined;
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
  const record = inGroups((group: Recorded[]) =>
    charges.atOnce(() => group.map((one) => recordAndUse(charges, one))),
  );

  /** Approves a pending charge at its time, unless it was canceled meanwhile. */
  function decideAt(key: string, dueAt: number): void {
    const decision = sleep(Math.max(0, dueAt - Date.now()), undefined, { signal: closing.signal })
      .then(() => {
        if (charges.approve(key)) tell(webhooks, charges.byKey(key));
      })
      .catch((error: unknown) => {
        if (!closing.signal.aborted) throw error;
      })
      .finally(() => decisions.delete(key));
    decisions.set(key, decision);
  }

  // Charges that were pending at the last stop are decided at their times.
  for (const { key, dueAt } of charges.pending()) decideAt(key, dueAt);

  return {
    async charge({ token, ...call }) {
      const { key } = call;
      const result = token && resultOf(token, slowMs, lateMs);
      const { charge, isOther, isUsed } = await record({ call, result });
      if (isOther) return { kind: 'conflict', charge };
      if (!result) return { kind: 'charge', charge };
      if (isUsed) {
        tell(webhooks, charge);
        if (result.dueAt !== undefined) decideAt(key, result.dueAt);
        if (token === 'tok_lost') return { kind: 'lost' };
      }
      if (!decisions.has(key)) return { kind: 'charge', charge };
      await decisions.get(key);
      return { kind: 'charge', charge: charges.byKey(key) ?? charge };
    },
    byKey: (key) => charges.byKey(key),
    withPrefix: (prefix) => charges.withPrefix(prefix),
    cancel(key) {
      const { charge, hasEnded } = charges.cancel(key);
      if (hasEnded) webhooks.send('charge.canceled', charge);
      return charge;
    },
    refund(call) {
      const refunded = charges.refund(call);
      if (refunded.kind === 'refunded' && refunded.isNew)
        webhooks.send('charge.refunded', charges.byKey(call.chargeKey)!);
      return refunded;
    },
    answerChallenge(secret, approve) {
      const charge = charges.bySecret(secret);
      if (charge === undefined) return undefined;
      if (charges.answerChallenge(charge.key, approve)) tell(webhooks, charges.byKey(charge.key));
      return charges.byKey(charge.key);
    },
    close: () => closing.abort(),
  };
}

function tell(webhooks: Webhooks, charge: Charge | undefined): void {
  if (charge?.status === 'approved') webhooks.send('charge.approved', charge);
  if (charge?.status === 'open' && charge.reason !== undefined) webhooks.send('charge.declined', charge);
}

type Recorded = { call: ChargeRequest; result: CardResult | undefined };

/** `isOther`: the key is of a charge with another amount. `isUsed`: the card was used by this call. */
function recordAndUse(charges: Charges, { call, result }: Recorded) {
  const { charge, isNew } = charges.record(call, result);
  if (isNew) return { charge, isOther: false, isUsed: result !== undefined };
  // A key that was canceled before any charge came has no amount.
  const isOther =
    charge.status !== 'canceled' && (charge.amount !== call.amount || charge.currency !== call.currency);
  const isUsed = !isOther && result !== undefined && charges.useCard(call.key, result);
  return { charge: isUsed ? (charges.byKey(call.key) ?? charge) : charge, isOther, isUsed };
}

/** Calls of one turn of the event loop are one group, so that one flush to disk serves all of them. */
function inGroups<Member, Result>(work: (group: Member[]) => Result[]): (member: Member) => Promise<Result> {
  let waiting: { member: Member; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = [];
  const flush = () => {
    const group = waiting;
    waiting = [];
    try {
      const results = work(group.map(({ member }) => member));
      group.forEach(({ resolve }, index) => resolve(results[index]!));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  return (member) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ member, resolve, reject }) === 1) setImmediate(flush);
    });
}

function resultOf(token: Token, slowMs: number, lateMs: number): CardResult {
  switch (token) {
    case 'tok_approved':
    case 'tok_lost':
      return { status: 'approved' };
    case 'tok_declined':
      return { status: 'open', reason: 'card_declined' };
    case 'tok_slow':
      return { status: 'pending', dueAt: Date.now() + slowMs };
    case 'tok_late':
      return { status: 'pending', dueAt: Date.now() + lateMs };
    case 'tok_challenge':
      return { status: 'challenged' };
  }
}

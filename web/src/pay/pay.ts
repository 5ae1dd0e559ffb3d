/** Sends what the buyer does at the payment, and asks for its result. One request at a time. */
import { ask, isPassing, pauseBefore, Refusal } from '../api/http.ts';
import type { Money, Order, PaymentOpen } from '../api/types.ts';
import { keepPayment, latestPayment, type Payment } from './payments.ts';

type Payable = { seats: readonly string[]; checkoutToken: string };

/** Milliseconds. */
const patience = 40_000;
/** Between two questions how a payment stands that nobody but the provider decides. */
const maxPauseMs = 8_000;

/** What the buyer has just done: sent a card, answered the bank, or agreed to seats that cost nothing. */
type Step = { token: string } | 'answered' | 'agreed';

/**
 * Begins the payment, or asks how it stands; with a step, until the result of that is known. Does nothing while a
 * request for the same seats is under way. Never rejects: the result is kept here.
 */
export async function pay(
  dropId: number,
  { seats, checkoutToken }: Payable,
  total: Money,
  step?: Step,
): Promise<void> {
  const kept = { seats: seats.join(' '), total };
  const latest = latestPayment(dropId);
  const before = latest?.seats === kept.seats ? latest : undefined;
  if (before?.sending) return;
  let payment: Payment = {
    ...kept,
    sending: step === undefined ? 'begin' : 'confirm',
    ...(before?.open && { open: before.open }),
  };
  keepPayment(dropId, payment);
  /** False if something else has taken the place of the payment: somebody else may have signed in since. */
  const become = (next: Payment): boolean => {
    if (latestPayment(dropId) !== payment) return false;
    payment = next;
    keepPayment(dropId, next);
    return true;
  };
  const send = async (payload: object) => {
    const { data } = await ask<Order | PaymentOpen | { status: 'paying' }>('POST', '/checkout', {
      body: { checkoutToken, total, ...payload },
      timeout: patience,
    });
    return data;
  };
  for (let attempt = 0; ; attempt += 1) {
    let error: unknown;
    try {
      // The card is sent once. If its answer is lost, asking how the payment stands tells whether it was charged.
      const data = await send(typeof step === 'object' && attempt === 0 ? { payment: step } : {});
      const result = resultOf(data, payment.isResultUnknown);
      const isPaying = result.outcome?.status === 'paying';
      if (!(isPaying && payment.outcome) && !become({ ...kept, ...result })) return;
      if (!isPaying) return;
    } catch (caught) {
      error = caught;
      const isAwaited = step !== undefined || payment.outcome !== undefined;
      if (!isAwaited || !isPassing(error)) {
        become({ ...kept, ...failureOf(error, payment.open) });
        return;
      }
      if (!payment.outcome && !become({ ...payment, isResultUnknown: true })) return;
    }
    await pause(pauseBefore(attempt, error, maxPauseMs));
    if (latestPayment(dropId) !== payment) return;
  }
}

function resultOf(
  data: Order | PaymentOpen | { status: 'paying' },
  wasResultUnknown = false,
): Partial<Payment> {
  if ('id' in data) return { outcome: { status: 'sold', orderId: data.id } };
  if (data.status === 'paying') return { outcome: { status: 'paying' } };
  const { payment: action, payBy, declined } = data;
  const isUncharged = wasResultUnknown && action.step === 'choose' && declined === undefined;
  return { open: { action, payBy, declined }, ...(isUncharged && { isUncharged }) };
}

function failureOf(error: unknown, open: Payment['open']): Partial<Payment> {
  const failure: Partial<Payment> = { error };
  if (!(error instanceof Refusal)) return { ...failure, ...(open && { open }) };
  const { code, body, retryAfter } = error;
  if (retryAfter !== undefined) failure.retryAt = performance.now() + retryAfter;
  switch (code) {
    case 'already_paid':
      return { outcome: { status: 'sold', orderId: String(body['orderId']) } };
    case 'total_changed':
      return { newTotal: body['total'] as Money, ...(open && { open }) };
    case 'payment_declined': {
      // With a time, another card can be used until then; without one, the attempt is over.
      const payBy = body['payBy'];
      if (!open || open.action.step !== 'choose' || typeof payBy !== 'string') return failure;
      return { open: { ...open, payBy, declined: String(body['reason']) } };
    }
    case 'hold_expired':
    case 'seats_lost':
      return failure;
    default:
      return { ...failure, ...(open && { open }) };
  }
}

/** Ends early when the browser is online again. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener('online', end);
  });
}

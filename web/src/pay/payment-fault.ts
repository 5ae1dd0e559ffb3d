import { Refusal } from '../api/http.ts';
import { faultText } from '../api/use-fault.ts';
import { useLocale } from '../i18n/locale.tsx';
import type { Payment } from './payments.ts';

/** Why the seats are not paid yet, as a text for the buyer. */
export function usePaymentFault(payment: Payment | undefined): string | undefined {
  const { text } = useLocale();
  if (payment?.open?.declined !== undefined) return text.pay.declined;
  if (payment?.isUncharged) return text.pay.notCharged;
  const error = payment?.error;
  // The attempt is over; with a time, the hold is not.
  if (error instanceof Refusal && error.code === 'payment_declined' && error.body['expiresAt'])
    return text.pay.notCharged;
  return faultText(error, text);
}

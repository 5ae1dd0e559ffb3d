/**
 * What the pay page needs of each payment provider: a component, loaded only when it is that provider's turn. It shows
 * the provider's own form (`choose`) or lets the provider ask on behalf of the bank (`challenge`).
 */
import type { ReactNode } from 'react';
import type { PaymentAction } from '@seatdrop/shared/contract/checkout.ts';

export type AdapterProps<Provider extends PaymentAction['provider']> = {
  action: Extract<PaymentAction, { provider: Provider }>;
  /** A request is under way: nothing may be sent. */
  isBusy: boolean;
  /** The buyer has chosen how to pay and pressed Pay. */
  onToken: (token: string) => void;
  /** The buyer has answered the bank, or given up: the server knows the result. */
  onDone: () => void;
  /** The Pay button and what stands beside it, for the end of the form. `isReady`: the form can be sent. */
  children: (isReady: boolean) => ReactNode;
  /** Shown in place of the children if there is no form. */
  instead: ReactNode;
};

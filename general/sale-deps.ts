import type { Announcer } from '../shared/messages/announce.ts';
import type { Till } from './checkout/till.ts';
import type { Deps } from './deps.ts';
import type { ParkedMessages } from './parked/parked-messages.ts';
import type { PaymentProvider } from './payments/provider.ts';

/** What checkout, refunds and whatever else needs the broker work with, beyond what the other use cases need. */
export type SaleDeps = Deps & {
  announcer: Announcer;
  payments: PaymentProvider;
  till: Till;
  parked: ParkedMessages;
  /** A seat of a paid order turned out to be held by somebody else. */
  onSaleConflict?: () => void;
};

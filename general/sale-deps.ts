import type { Announcer } from '../shared/announce.ts';
import type { Deps } from './deps.ts';
import type { PaymentProvider } from './payments/provider.ts';

/** What checkout, refunds and whatever else ends a hold work with, beyond what the other use cases need. */
export type SaleDeps = Deps & { announcer: Announcer; payments: PaymentProvider };

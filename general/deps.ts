import type { Channel } from '../shared/contract/notifications.ts';
import type { BannedUsers } from '../shared/auth/banned-users.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { KeyList } from '../shared/auth/key-list.ts';
import type { Log } from '../shared/tier/log.ts';
import type { Database } from '../shared/mysql/connect.ts';
import type { Reader } from '../shared/mysql/reader.ts';
import type { SpendOnce } from '../shared/redis/spend-once.ts';
import type { Watchers } from '../shared/drops/watchers.ts';
import type { Announcer } from '../shared/messages/announce.ts';
import type { PrintThread } from '../shared/receipt/create-print-thread.ts';
import type { SignUpResult } from './accounts/sign-up-metrics.ts';
import type { SessionNotes } from './accounts/note-sessions.ts';
import type { StaffRules } from './accounts/staff-rules.ts';
import type { Till } from './checkout/till.ts';
import type { FindTerms } from './drops/drop-terms.ts';
import type { PlatformFees } from './drops/platform-fees.ts';
import type { ParkedMessages } from './parked/parked-messages.ts';
import type { PaymentProvider } from './payments/provider.ts';

/** Where the processes of each tier answer /readyz: base URLs, by tier. */
export type TierUrls = Readonly<Record<string, readonly string[]>>;

/** What the use cases of this tier work with. Each names the few it needs. */
export type Deps = StaffRules & {
  db: Database;
  /** For lists and reports, which may be some seconds old. */
  reader: Reader;
  findTerms: FindTerms;
  inventory: Inventory;
  watchers: Watchers;
  sessionKeys: KeyList;
  checkoutKeys: KeyList;
  ticketKeys: KeyList;
  bannedUsers: BannedUsers;
  sessionNotes: SessionNotes;
  spendOnce: SpendOnce;
  /** Where browsers reach the system. */
  publicUrl: URL;
  /** Whether buying needs a confirmed e-mail address. */
  confirmsEmail: boolean;
  /** IANA name: the zone of events that have none of their own. */
  eventTimeZone: string;
  /** Channels over which this system sends news. */
  newsChannels: readonly Channel[];
  /** Whom buyers write to, if not the organizer of the event. */
  supportEmail?: string | undefined;
  log: Log;
  /** Tells buyers and sets the timers of their holds. */
  announcer: Announcer;
  payments: PaymentProvider;
  platformFees: PlatformFees;
  till: Till;
  parked: ParkedMessages;
  receiptPrinter: PrintThread;
  /** Called when a seat of a paid order turns out to be held by somebody else. */
  onSeatConflict?: () => void;
  onSignUp?: (result: SignUpResult) => void;
  /** Where the tiers' processes are, for whoever asks how they are. */
  tierUrls?: TierUrls;
  /** Messages waiting, by queue; null while the broker is away. Absent where there is none. */
  queueDepths?: () => Promise<Record<string, number> | null>;
};

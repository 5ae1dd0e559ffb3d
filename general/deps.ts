import type { KeyObject } from 'node:crypto';
import type { BannedUsers } from '../shared/banned-users.ts';
import type { Drop } from '../shared/drops/drop.ts';
import type { Log } from '../shared/log.ts';
import type { Database } from '../shared/mysql/connect.ts';

/** What the use cases of this tier work with. Each takes the few it needs. */
export type Deps = {
  db: Database;
  inventory: DropInventory;
  sessionKey: KeyObject;
  checkoutKey: KeyObject;
  bannedUsers: BannedUsers;
  /** Where browsers reach the system. */
  publicUrl: URL;
  log: Log;
  /** Messages waiting, by queue. Absent where there is no broker. */
  queueDepths?: () => Promise<Record<string, number>>;
};

/** What organizers' work needs of the inventory (shared/inventory/). */
export type DropInventory = {
  /** Puts the drop's seats on sale; nothing changes when they are. */
  stock: (drop: Drop) => Promise<void>;
  /** Brings the limits of a drop that is stocked up to date. */
  restock: (drop: Drop) => Promise<void>;
  counts: (drop: Pick<Drop, 'id' | 'partitions'>) => Promise<SeatCounts>;
};

/** All but `standby` count seats; `standby` counts buyers. */
export type SeatCounts = {
  capacity: number;
  free: number;
  held: number;
  paying: number;
  sold: number;
  standby: number;
};

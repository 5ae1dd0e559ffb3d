/** Twins of the scripts that end holds (release, leave) and list those in one state for too long (lingering). */
import {
  decodeHoldRecords,
  decodeHoldState,
  decodePromoted,
  decodeSeats,
  type HoldRecord,
  type HoldState,
  type NewHold,
} from './hold.ts';
import type { Place } from './keys.ts';
import { unexpected, type Reply } from './script.ts';
import type { Store } from './store.ts';

/**
 * A hold that ended, with the holds that standby buyers got from its seats. `version`, here and below: the version
 * of the partition after the change. It rises with each change, and a double holds it exactly.
 */
export type Released = {
  kind: 'released';
  buyerId: number;
  version: number;
  /** Until when the buyer's entries are refused because of it, ms since 1970 by Redis; undefined: they are not. */
  refusedUntil: number | undefined;
  promoted: NewHold[];
};
export type Settled = { kind: 'settled'; state: HoldState };
export type Unknown = { kind: 'unknown' };

export type Left =
  | {
      kind: 'released';
      holdId: string;
      version: number;
      refusedUntil: number | undefined;
      promoted: NewHold[];
    }
  | { kind: 'left'; entryId: string; version: number }
  | { kind: 'paying' | 'sold' | 'none' };

export type Holds = {
  /** Ends a hold whose time is over. `early`: milliseconds are left. */
  release: (
    place: Place,
    holdId: string,
  ) => Promise<Released | Settled | Unknown | { kind: 'early'; msLeft: number }>;
  /** Gives a buyer's hold back, or takes the buyer out of standby. */
  leave: (place: Place, buyerId: number) => Promise<Left>;
  /** Holds that are still held `graceMs` after their time: their timers have failed. Here and below at most 500. */
  overdue: (place: Place, graceMs: number, skip?: number) => Promise<HoldRecord[]>;
  /** Holds that have been in payment for `forMs` or longer. `skip`, here and above: how many to skip. */
  paying: (place: Place, forMs: number, skip?: number) => Promise<HoldRecord[]>;
  /** Holds that were promoted at least `forMs` ago and for which `told` was not called yet. */
  untold: (place: Place, forMs: number) => Promise<HoldRecord[]>;
  /** Current state of each hold; undefined where Redis has none of that id. */
  holds: (
    place: Place,
    holdIds: readonly string[],
  ) => Promise<({ state: HoldState; expiresAt: number; seats: string[] } | undefined)[]>;
  /** To be called when the timers of promoted holds are set and their buyers were told. */
  told: (place: Place, holdIds: readonly string[]) => Promise<void>;
};

export function createHolds({ redis, keys, script }: Store): Holds {
  const release = script('release');
  const leave = script('leave');
  const linger = script('lingering');

  const lingering = async (place: Place, state: 'due' | 'paying' | 'untold', ms: number, skip = 0) => {
    const [, ...rest] = await linger(place, state, ms, skip);
    return decodeHoldRecords(rest);
  };

  return {
    async release(place, holdId) {
      const reply = await release(place, holdId);
      if (reply[0] === 'early') return { kind: 'early', msLeft: Number(reply[1]) };
      return decodeEnd('release', reply);
    },

    async leave(place, buyerId) {
      const reply = await leave(place, buyerId);
      const [outcome, id, version] = reply;
      switch (outcome) {
        case 'released':
          return { kind: outcome, holdId: String(id), ...decodeRelease(reply) };
        case 'left':
          return { kind: outcome, entryId: String(id), version: Number(version) };
        case 'paying':
        case 'sold':
        case 'none':
          return { kind: outcome };
        default:
          throw unexpected('leave', reply);
      }
    },

    overdue: (place, graceMs, skip) => lingering(place, 'due', graceMs, skip),

    paying: (place, forMs, skip) => lingering(place, 'paying', forMs, skip),

    untold: (place, forMs) => lingering(place, 'untold', forMs),

    async holds(place, holdIds) {
      if (holdIds.length === 0) return [];
      const records = await redis.hmget(keys.key(place, 'holds'), ...holdIds);
      return records.map((record) => {
        if (record === null) return undefined;
        const [state, , expiresAt, seats] = record.split('|');
        return { state: decodeHoldState(state), expiresAt: Number(expiresAt), seats: decodeSeats(seats) };
      });
    },

    async told(place, holdIds) {
      if (holdIds.length > 0) await redis.hdel(keys.key(place, 'untold'), ...holdIds);
    },
  };
}

/** Decodes the reply of any script that may end a hold. */
export function decodeEnd(script: string, reply: Reply): Released | Settled | Unknown {
  const [outcome, detail] = reply;
  switch (outcome) {
    case 'released':
      return { kind: outcome, buyerId: Number(detail), ...decodeRelease(reply) };
    case 'settled':
      return { kind: outcome, state: decodeHoldState(detail) };
    case 'unknown':
      return { kind: outcome };
    default:
      throw unexpected(script, reply);
  }
}

/** Reply {'released', buyer or hold, version, refused until, promoted...} of any script. */
function decodeRelease(reply: Reply): Pick<Released, 'version' | 'refusedUntil' | 'promoted'> {
  const [, , version, refusedUntil, ...promoted] = reply;
  return {
    version: Number(version),
    refusedUntil: moment(refusedUntil),
    promoted: decodePromoted(promoted),
  };
}

/** Undefined for '0', and if a script of the previous version did not return it. */
export function moment(text: unknown): number | undefined {
  return text === undefined || Number(text) === 0 ? undefined : Number(text);
}

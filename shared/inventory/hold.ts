import { UnexpectedReply } from './script.ts';

/** A hold as the scripts return it. Its id is the id of the entry that won it, and later that of its order. */
export type Hold = {
  holdId: string;
  buyerId: number;
  /** Seat ids, best first. */
  seats: string[];
  /** Milliseconds since 1970, by the clock of Redis. */
  expiresAt: number;
};

export type HoldState = 'held' | 'paying' | 'sold' | 'released';

const states: Record<string, HoldState> = {
  h: 'held',
  p: 'paying',
  s: 'sold',
  r: 'released',
  // Refunded: the same as released for everything but complete-payment.lua.
  f: 'released',
  // Refunded with withheld seats, which stay sold: likewise.
  w: 'released',
};

export function decodeHoldState(code: unknown): HoldState {
  const state = states[String(code)];
  if (!state) throw new UnexpectedReply(`unknown hold state ${String(code)}`);
  return state;
}

export function decodeSeats(packed: unknown): string[] {
  return packed === '' ? [] : String(packed).split('+');
}

export function encodeSeats(seats: readonly string[]): string {
  return seats.join('+');
}

/** A hold that was just given: it needs a timer, and its buyer has to be told. */
export type NewHold = Hold & {
  /** Milliseconds since 1970, by the clock of Redis. */
  heldAt: number;
  /** The version of the partition when its buyer got the hold; see stamp() in prelude.lua. */
  version: number;
};

/** What the timer of a hold needs. */
export type HoldToTime = Pick<NewHold, 'holdId' | 'heldAt' | 'expiresAt'>;

/** Decodes promoted holds from promote() in prelude.lua, each 'hold|buyer|expiresAt|seats|heldAt|version'. */
export function decodePromoted(packed: readonly unknown[]): NewHold[] {
  return packed.map((text) => {
    const [holdId = '', buyer, expiresAt, seats, heldAt, version] = String(text).split('|');
    return {
      holdId,
      buyerId: Number(buyer),
      seats: decodeSeats(seats),
      expiresAt: Number(expiresAt),
      heldAt: Number(heldAt),
      version: Number(version),
    };
  });
}

/** A hold with its state and the number of payment attempts; `heldAt` is since when it has been in that state. */
export type HoldRecord = NewHold & { state: HoldState; attempt: number };

/** As lingering.lua replies: the version; then for each hold 'since|id|' and its record in `holds` (prelude.lua). */
export function decodeHoldRecords([version, ...records]: readonly unknown[]): HoldRecord[] {
  return records.map((packed) => ({ ...decodeHoldRecord(packed), version: Number(version) }));
}

function decodeHoldRecord(packed: unknown): Omit<HoldRecord, 'version'> {
  const [since, holdId = '', state, buyer, expiresAt, seats, attempt] = String(packed).split('|');
  return {
    holdId,
    state: decodeHoldState(state),
    buyerId: Number(buyer),
    expiresAt: Number(expiresAt),
    heldAt: Number(since),
    seats: decodeSeats(seats),
    attempt: Number(attempt),
  };
}

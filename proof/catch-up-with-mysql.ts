/** What other sources know of a lost partition beyond its archived ledger, as records that continue the ledger. */
import type { Drop } from '../shared/drops/drop.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import { encodeSeats } from '../shared/inventory/hold.ts';
import type { PartitionState } from '../shared/inventory/restore.ts';
import type { Place } from '../shared/inventory/keys.ts';
import type { Database } from '../shared/mysql/connect.ts';
import { readOrders, type Order } from './orders.ts';
import type { StateKeeper } from './partition-state.ts';
import { decodeRecord } from '../shared/ledger/record.ts';
import type { Replay } from './replay.ts';

type Known = { place: Place; replay: Replay; keeper: StateKeeper; present: boolean };
type Attempt = { hold_id: string; attempt: number; user_id: number; seats: string };

export class Catching {
  readonly records: string[][] = [];
  readonly notRestored: string[] = [];
  /** Seats in transfer between partitions. */
  underWay: Pick<PartitionState, 'lent' | 'borrowed'> = { lent: [], borrowed: [] };
  readonly #drop: Drop;
  readonly #own: Known;

  constructor(drop: Drop, own: Known) {
    this.#drop = drop;
    this.#own = own;
  }

  /** Adds a record and replays it. */
  #add(fields: Record<string, string | number>): void {
    const list = Object.entries(fields).flat().map(String);
    this.records.push(list);
    const record = decodeRecord(`${Date.now()}-0`, list);
    this.#own.replay.apply(record);
    this.#own.keeper.add(record, '');
  }

  /** Adds transfers: the other partitions know what they received and what they have lent. */
  async transfers(inventory: Inventory, all: readonly Known[]): Promise<void> {
    const { place, replay } = this.#own;
    const others = all.filter((each) => each.place.partition !== place.partition);
    const lentKnown = new Set(replay.lent.map(({ transfer }) => transfer));
    for (const other of others) {
      const known = new Set(others.flatMap((each) => each.replay.lent).map(({ transfer }) => transfer));
      for (const { transfer, seats } of other.replay.borrowed) {
        // The lost partition lent these after its last archived record.
        if (known.has(transfer) || lentKnown.has(transfer)) continue;
        if (!this.#areFree(seats))
          this.notRestored.push(`seats ${seats.join(', ')}, which were lent and are held`);
        else this.#add({ t: 'lend', to: other.place.partition, s: encodeSeats(seats), b: transfer });
      }
    }

    const borrowedHere = new Set(replay.borrowed.map(({ transfer }) => transfer));
    for (const other of others.filter(({ present }) => present)) {
      const sending = new Set((await inventory.transfers(other.place)).map(({ transfer }) => transfer));
      for (const { transfer, to, seats } of other.replay.lent) {
        // The lender no longer has the transfer, so it was told that the seats arrived here.
        if (to !== place.partition || borrowedHere.has(transfer) || sending.has(transfer)) continue;
        this.#add({ t: 'borrow', s: encodeSeats(seats), b: transfer });
      }
    }
    const arrived = new Set(others.flatMap((each) => each.replay.borrowed).map(({ transfer }) => transfer));
    this.underWay = {
      lent: replay.lent.filter(({ transfer }) => !arrived.has(transfer)),
      borrowed: replay.borrowed.map(({ transfer }) => transfer),
    };
  }

  /** Adds orders, refunds and payments under way from MySQL, which has the last word on orders. */
  async payments(db: Database): Promise<void> {
    const { place, replay } = this.#own;
    const orders = (await readOrders(db, this.#drop.id)).filter(
      ({ partition }) => partition === place.partition,
    );
    const known = new Set(orders.map(({ id }) => id));
    for (const order of orders) this.#order(order);
    for (const { holdId, buyerId, seats, state } of replay.holds.values()) {
      if (state !== 'sold' || known.has(holdId)) continue;
      this.notRestored.push(`the sale of ${holdId} (seats ${seats.join(', ')}): MySQL has no order of it`);
      this.#add({ t: 'refund', h: holdId, u: buyerId, s: encodeSeats(seats) });
    }
    const pending: Attempt[] = await db('payment_attempts')
      .where({ drop_id: place.dropId, partition: place.partition, status: 'pending' })
      .select('hold_id', 'attempt', 'user_id', 'seats');
    for (const attempt of pending) this.#pay(attempt);
  }

  #order(order: Order): void {
    const { id, user_id, owned, changing, withheld } = order;
    // What is not back on sale yet, the duty of refunds puts there.
    const seats = [...owned, ...changing];
    if (seats.length > 0) this.#sell(order, seats);
    this.#refund(order);
    // A withheld seat whose refund is not reopened is one of `seats`, and stays so until it is.
    this.#withhold(
      id,
      user_id,
      withheld.filter((seat) => !seats.includes(seat)),
    );
  }

  #sell({ id, user_id }: Order, seats: readonly string[]): void {
    const hold = this.#own.replay.holds.get(id);
    if (hold?.state === 'sold') return;
    const columns = { t: 'sold', h: id, u: user_id };
    if (hold?.state === 'held' || hold?.state === 'paying')
      this.#add({ ...columns, s: encodeSeats(hold.seats) });
    else if (this.#areFree(seats)) this.#add({ ...columns, s: encodeSeats(seats) });
    else this.notRestored.push(`order ${id}: of its seats ${seats.join(', ')} somebody else holds one`);
  }

  /** Takes the seats from the hold that are back on sale, or withheld. */
  #refund({ id, user_id, reopened, withheld }: Order): void {
    const hold = this.#own.replay.holds.get(id);
    if (hold?.state !== 'sold') return;
    const given = hold.seats.filter((seat) => reopened.includes(seat));
    if (given.length === 0) return;
    const kept = given.filter((seat) => withheld.includes(seat));
    const left = hold.seats.length - given.length;
    const columns = { t: 'refund', h: id, u: user_id, s: encodeSeats(given) };
    this.#add({ ...columns, ...(kept.length > 0 && { w: encodeSeats(kept) }), ...(left > 0 && { n: left }) });
  }

  /** Withholds these seats of an order, except those that somebody else has. */
  #withhold(id: string, buyerId: number, seats: readonly string[]): void {
    const { replay } = this.#own;
    const lacking = seats.filter((seat) => replay.withheld.get(seat) !== id);
    if (lacking.length === 0) return;
    const hold = replay.holds.get(id);
    if (hold?.state === 'held' || hold?.state === 'paying')
      this.#add({ t: 'release', h: id, u: buyerId, s: encodeSeats(hold.seats), why: 'seats_lost' });
    const left = hold?.state === 'sold' ? { n: hold.seats.length } : {};
    const columns = { t: 'withhold', h: id, u: buyerId, s: encodeSeats(lacking) };
    if (this.#areFree(lacking)) this.#add({ ...columns, ...left });
    else
      this.notRestored.push(`withheld seats ${lacking.join(', ')} of order ${id}: somebody else holds one`);
  }

  /** Keeps the seats of a payment under way for its hold until the provider has decided. */
  #pay({ hold_id: holdId, attempt, user_id: buyerId, seats: list }: Attempt): void {
    const seats = list.split(',');
    const { replay } = this.#own;
    const live = () => replay.holds.get(holdId);
    if (live()?.state === 'paying' && live()?.attempt === attempt) return;
    if (live() === undefined || live()?.state === 'released') {
      if (!this.#areFree(seats)) {
        this.notRestored.push(`payment ${holdId}.${attempt}: of its seats ${list} somebody else holds one`);
        return;
      }
      if (live()) return;
      const expiresAt = Date.now() + replay.terms.holdMs;
      this.#add({ t: 'retake', h: holdId, u: buyerId, s: encodeSeats(seats), x: expiresAt });
    }
    while (live() && live()!.attempt < attempt) {
      const columns = { h: holdId, u: buyerId };
      if (live()!.state === 'paying') this.#add({ t: 'declined', ...columns, a: live()!.attempt });
      this.#add({ t: 'paying', ...columns, a: live()!.attempt + 1 });
    }
  }

  #areFree(seats: readonly string[]): boolean {
    const own = new Set(this.#own.replay.seats);
    return seats.every((seat) => own.has(seat) && this.#own.replay.ownerOf(seat) === undefined);
  }
}

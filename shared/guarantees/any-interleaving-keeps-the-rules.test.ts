/**
 * Runs random steps, in any order, on the real scripts and on a plain model of them. After each step everything that
 * can be observed must be the same in both. At the end proof/replay.ts must find no fault in the ledger and arrive at
 * the same state. A failure prints the seed and the shortest sequence of steps that shows it.
 */
import * as fc from 'fast-check';
import { PartitionModel, type Given, type Owning } from '../../testing/model.ts';
import { createTestInventory, inShort, newBatch, newDrop } from '../../testing/inventory.ts';
import type { Drop } from '../drops/drop.ts';
import type { Batch, ClaimResult } from '../inventory/claim.ts';
import { entryIdOf, newBatchId } from '../inventory/entry-id.ts';
import type { NewHold } from '../inventory/hold.ts';
import { places } from '../inventory/keys.ts';
import type { Place } from '../inventory/keys.ts';
import { partitionOfBuyer, rowsOf, rowsOfPartition } from '../inventory/layout.ts';

const system = createTestInventory();
const { inventory, redis } = system;
afterAll(() => system.stop());

const buyers = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** What a buyer's browser keeps: enough to try to pay, even if the hold has ended. */
type Token = Given & { partition: number; expiresAt: number };

type Order = Token & { withheld: string[] };

/** `isForgotten`: Redis no longer has the reply. */
type Decided = { partition: number; batch: Batch; result: ClaimResult; isForgotten: boolean };

class Model {
  readonly drop: Drop;
  readonly partitions: PartitionModel[];
  readonly tokens: Token[] = [];
  batches: Decided[] = [];
  /** Batches of the publisher's only channel that were skipped: each can be sent again. */
  parked: { partition: number; batch: Batch }[] = [];
  /** Partition -> number of the latest batch that the publisher sent to it. */
  readonly sent = new Map<number, number>();
  readonly transfers: { from: number; to: number; transfer: string; seats: string[]; arrived: boolean }[] =
    [];
  /** What MySQL has: orders by id, with the seats they have left and those withheld. No seat is in two of them. */
  readonly orders = new Map<string, Order>();
  /** What each buyer had at the last check, and the version of that answer. */
  readonly seen = new Map<string, { stands: string; version: number }>();
  /** The state that a failover would go back to. */
  earlier: { partition: PartitionModel; batches: Decided[]; goBack: () => Promise<void> } | undefined;
  /** Something happened that the ledger does not record, or that only a failover can cause. */
  lostData = false;

  constructor(drop: Drop) {
    this.drop = drop;
    const rows = rowsOf(drop.sections);
    this.partitions = places(drop.id, drop.partitions).map(
      ({ partition }) =>
        new PartitionModel(
          {
            maxPerBuyer: drop.maxPerBuyer,
            standbyLimit: drop.standbyLimit / drop.partitions,
            partitions: drop.partitions,
            pauses: drop.lapsePauseSeconds > 0,
            dropCapacity: drop.capacity,
          },
          rows.map(({ seats }) => seats),
          rowsOfPartition(rows, partition, drop.partitions),
        ),
    );
  }

  partition(number: number): PartitionModel {
    const found = this.partitions[number];
    if (!found) throw new RangeError(`no partition ${number}`);
    return found;
  }

  place(partition: number): Place {
    return { dropId: this.drop.id, partition };
  }

  /** As the publisher sends it. */
  newBatch(partition: number, packed: string): Batch {
    const number = (this.sent.get(partition) ?? 0) + 1;
    this.sent.set(partition, number);
    return { ...newBatch(packed), sent: `publishr.${number}` };
  }

  keep(partition: number, holds: readonly NewHold[]): void {
    for (const { holdId, buyerId, seats, expiresAt } of holds) {
      this.tokens.push({ partition, holdId, buyerId, seats, expiresAt });
    }
  }
}

/** Required by fast-check, but unused: steps change Redis through `inventory`. */
type Real = { drop: Drop };
type Step = fc.AsyncCommand<Model, Real>;

const pick = <T>(list: readonly T[], index: number): T => {
  const found = list[index % list.length];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
};
const given = (promoted: readonly NewHold[]): Given[] =>
  promoted.map(({ holdId, buyerId, seats }) => ({ holdId, buyerId, seats }));

/** Everything of the drop that can be observed is as in the model. */
async function expectSame(model: Model): Promise<void> {
  for (const place of places(model.drop.id, model.drop.partitions)) {
    const expected = model.partition(place.partition);
    const own = buyers.filter((buyer) => partitionOfBuyer(buyer, model.drop.partitions) === place.partition);
    const [parts, rows, holds, untold, transfers, views] = await Promise.all([
      inventory.partitionCounts(model.drop),
      redis.hgetall(inventory.keys.key(place, 'rows')),
      redis.hgetall(inventory.keys.key(place, 'holds')),
      inventory.untold(place, 0),
      inventory.transfers(place),
      Promise.all(own.map((buyer) => inventory.view(place, buyer))),
    ]);
    const counts = parts[place.partition];
    const map = expected.map();
    expect(map.map((_, row) => rows[row])).toEqual(map);
    expect(counts).toEqual({
      capacity: expected.here.size,
      free: expected.seats('free').length,
      held: expected.seats('held').length,
      paying: expected.seats('paying').length,
      sold: expected.seats('sold').length,
      standby: expected.standby.length,
      standbyLimit: expected.terms.standbyLimit,
      decided: expected.decided,
    });
    const seen = views.map((view) => ({ ...view, isRefused: 'refusedUntil' in view }));
    expect(own.map((buyer, index) => [buyer, seen[index]])).toMatchObject(
      own.map((buyer) => [buyer, expected.view(buyer)]),
    );
    for (const [index, { version, ...stands }] of views.entries()) {
      const key = `${place.partition} ${own[index]}`;
      const before = model.seen.get(key);
      // Without the times, which steps change by hand.
      const now = { stands: JSON.stringify({ ...stands, expiresAt: 0, refusedUntil: 0 }), version };
      if (before?.stands === now.stands) expect(version).toBeGreaterThanOrEqual(before.version);
      else if (before) expect(version).toBeGreaterThan(before.version);
      model.seen.set(key, now);
    }
    expect(new Set(untold.map(({ holdId }) => holdId))).toEqual(expected.untold);
    expect(new Map(transfers.map(({ transfer, to, seats }) => [transfer, { to, seats }]))).toEqual(
      expected.lent,
    );

    // Independent of the model: each taken seat has one live hold, and each live hold has its seats.
    // A withheld seat is sold to nobody; a refunded order lists it.
    const listed = Object.values(holds)
      .map((record) => record.split('|'))
      .filter(([state = '']) => 'hpsw'.includes(state))
      .flatMap(([state, , , seats = '']) =>
        seats.split('+').map((seat) => [seat, 'sw'.includes(state ?? '') ? 's' : 'h']),
      );
    const live = [...listed, ...[...expected.nobodys].map((seat) => [seat, 's'])];
    const taken = map.flatMap((_, row) =>
      Array.from(rows[row] ?? '', (state, index) => [`${row}.${index + 1}`, state]).filter(
        ([, state]) => state === 'h' || state === 's',
      ),
    );
    expect(live.toSorted(([a = ''], [b = '']) => a.localeCompare(b))).toEqual(
      taken.toSorted(([a = ''], [b = '']) => a.localeCompare(b)),
    );
    if (counts) {
      expect(counts.free + counts.held + counts.paying + counts.sold).toBe(counts.capacity);
    }
  }
}

const step = (
  describe: string,
  run: (model: Model) => Promise<void>,
  check: (model: Model) => boolean = () => true,
): Step => ({
  check,
  run: async (model) => {
    await run(model);
    await expectSame(model);
  },
  toString: () => describe,
});

const claim = (
  entries: readonly (readonly [number, number])[],
  partitionIndex: number,
  mayBorrow: boolean,
  isParked: boolean,
) =>
  step(
    `${isParked ? 'park' : 'claim'} ${entries.map((entry) => entry.join(':')).join(',')}${mayBorrow ? ' or borrow' : ''}`,
    async (model) => {
      const partition = partitionIndex % model.drop.partitions;
      // Like the publisher: all entries of a buyer go to the same partition.
      const own = entries.filter(([buyer]) => partitionOfBuyer(buyer, model.drop.partitions) === partition);
      if (own.length === 0) return;
      const batch = model.newBatch(partition, own.map((entry) => entry.join(':')).join(','));
      if (isParked || !(await decide(model, partition, batch, mayBorrow)))
        model.parked.push({ partition, batch });
    },
  );

/** False if nothing was decided, because seats are missing that other partitions may have. */
async function decide(model: Model, partition: number, batch: Batch, mayBorrow: boolean): Promise<boolean> {
  const expected = model.partition(partition).claim(batch, mayBorrow);
  const result = await inventory.claim(model.place(partition), batch, { mayBorrow });
  if (!Array.isArray(expected)) {
    expect(result).toEqual({
      kind: 'short',
      missing: expected.missing,
      partitions: model.drop.partitions,
    });
    return false;
  }
  if (result.kind !== 'decided') throw new Error(`not decided: ${result.kind}`);
  expect(result.outcomes.map(inShort)).toEqual(expected);
  model.batches.push({ partition, batch, result, isForgotten: false });
  model.keep(
    partition,
    result.outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.hold] : [])),
  );
  return true;
}

const sendAgain = (index: number) =>
  step(
    `send parked batch ${index} again`,
    async (model) => {
      const parked = pick(model.parked, index);
      model.parked = model.parked.filter((each) => each !== parked);
      const { partition, batch } = parked;
      await decide(model, partition, { ...batch, sent: `${batch.sent}.late` }, false);
    },
    (model) => model.parked.length > 0,
  );

const redeliver = (index: number, mayBorrow: boolean) =>
  step(
    `redeliver batch ${index}`,
    async (model) => {
      const { partition, batch, result, isForgotten } = pick(model.batches, index);
      const again = await inventory.claim(model.place(partition), batch, { mayBorrow });
      if (!isForgotten) {
        expect(again).toEqual(result);
        return;
      }
      // It has no effect, but the reply lists those of its holds that are still held.
      if (again.kind !== 'decided_before') throw new Error(again.kind);
      const { holds } = model.partition(partition);
      const running = batch.packed
        .split(',')
        .map((_, at) => entryIdOf(batch.id, at))
        .filter((holdId) => holds.get(holdId)?.state === 'held');
      expect(again.holds.map(({ holdId }) => holdId)).toEqual(running);
    },
    (model) => model.batches.length > 0,
  );

const forgetReplies = () =>
  step(
    'Redis forgets what came of the batches so far',
    async (model) => {
      for (const place of places(model.drop.id, model.drop.partitions)) await system.forgetReplies(place);
      model.batches = model.batches.map((each) => ({ ...each, isForgotten: true }));
    },
    (model) => model.batches.length > 0,
  );

/** A step on one of all the holds that were ever given. */
const onToken = (describe: string, index: number, run: (model: Model, token: Token) => Promise<void>) =>
  step(
    `${describe} hold ${index}`,
    (model) => run(model, pick(model.tokens, index)),
    (model) => model.tokens.length > 0,
  );

const lapse = (index: number) =>
  onToken('let lapse', index, async (model, { partition, holdId }) => {
    const hold = model.partition(partition).holds.get(holdId);
    if (hold?.state !== 'held' && hold?.state !== 'paying') return;
    hold.lapsed = true;
    await system.letLapse(model.place(partition), holdId);
  });

const release = (index: number) =>
  onToken('release', index, async (model, { partition, holdId }) => {
    const expected = model.partition(partition).release(holdId);
    const released = await inventory.release(model.place(partition), holdId);
    expect(released.kind).toBe(expected.kind);
    if (released.kind !== 'released') return;
    expect(given(released.promoted)).toEqual(expected.promoted);
    model.keep(partition, released.promoted);
  });

const endPause = (buyer: number) =>
  step(`the pause of buyer ${buyer} is over`, async (model) => {
    const partition = partitionOfBuyer(buyer, model.drop.partitions);
    const lapses = model.partition(partition).lapses.get(buyer);
    if (!lapses) return;
    lapses.isRefused = false;
    await system.endPause(model.place(partition), buyer);
  });

const leave = (buyer: number) =>
  step(`buyer ${buyer} leaves`, async (model) => {
    const partition = partitionOfBuyer(buyer, model.drop.partitions);
    const expected = model.partition(partition).leave(buyer);
    const left = await inventory.leave(model.place(partition), buyer);
    expect(left.kind).toBe(expected.kind);
    if (left.kind !== 'released') return;
    expect(given(left.promoted)).toEqual(expected.promoted);
    model.keep(partition, left.promoted);
  });

const begin = (index: number, payer: number, foreign: boolean) =>
  onToken(
    `request ${payer} begins to pay${foreign ? ' another buyer’s' : ''}`,
    index,
    async (model, token) => {
      const { partition } = token;
      const paid = foreign ? { ...token, buyerId: token.buyerId + 100 } : token;
      // Nobody can pay a hold that Redis has forgotten for somebody else: the token names its buyer.
      if (foreign && !model.partition(partition).holds.has(token.holdId)) return;
      const expected = model.partition(partition).beginPayment(paid, `request-${payer}`);
      expect(await inventory.beginPayment(model.place(partition), paid, `request-${payer}`)).toMatchObject(
        expected,
      );
    },
  );

const decline = (index: number, earlier: boolean) =>
  onToken(
    earlier ? 'decline an earlier attempt at' : 'decline',
    index,
    async (model, { partition, holdId }) => {
      const attempt = (model.partition(partition).holds.get(holdId)?.attempt ?? 1) - (earlier ? 1 : 0);
      const expected = model.partition(partition).declinePayment(holdId, attempt);
      const declined = await inventory.declinePayment(model.place(partition), holdId, attempt);
      expect(declined.kind).toBe(expected.kind);
      if (declined.kind !== 'released') return;
      expect(given(declined.promoted)).toEqual(expected.promoted);
      model.keep(partition, declined.promoted);
    },
  );

const complete = (index: number) =>
  onToken('complete', index, async (model, token) => {
    const { partition } = token;
    // MySQL refuses an order for seats of another order.
    if (ownersOf(model, token).length > 0) return;
    const state = model.partition(partition).holds.get(token.holdId)?.state;
    // A refunded order is not completed again.
    const order = model.orders.get(token.holdId);
    if (order?.seats.length === 0) return;
    if (state !== 'refunded' && !order) model.orders.set(token.holdId, { ...token, withheld: [] });
    if (state === undefined || state === 'released') model.lostData = true;
    const expected = model.partition(partition).completePayment(token);
    expect((await inventory.completePayment(model.place(partition), token)).kind).toBe(expected);
  });

/**
 * MySQL gets the refund of the first `count` seats that are left, or of all; the tickets of the first `used` of these
 * were used. Returns what Redis is told.
 */
function refundOrder(
  model: Model,
  holdId: string,
  used: number,
  count?: number,
): { seats?: string[]; withheld?: string[] } {
  const order = model.orders.get(holdId);
  if (!order) return {};
  const seats = order.seats.slice(0, count);
  const left = order.seats.slice(seats.length);
  const withheld = [...order.withheld, ...seats.slice(0, used)];
  if (left.length + withheld.length === 0) model.orders.delete(holdId);
  else model.orders.set(holdId, { ...order, seats: left, withheld });
  return { withheld, ...(left.length > 0 && { seats }) };
}

const refund = (index: number, used: number, count?: number) =>
  onToken(`refund ${count ?? 'all'}, ${used} used, of`, index, async (model, { partition, holdId }) => {
    const refunded = refundOrder(model, holdId, used, count);
    const expected = model.partition(partition).reopen(holdId, refunded);
    const reopened = await inventory.reopen(model.place(partition), holdId, refunded);
    expect(reopened.kind).toBe(expected.kind);
    if (reopened.kind !== 'released' && reopened.kind !== 'reduced') return;
    expect(given(reopened.promoted)).toEqual(expected.promoted);
    model.keep(partition, reopened.promoted);
    const again = model.partition(partition).reopen(holdId, refunded).kind;
    expect((await inventory.reopen(model.place(partition), holdId, refunded)).kind).toBe(again);
  });

const tell = (index: number) =>
  onToken('tell of', index, async (model, { partition, holdId }) => {
    model.partition(partition).untold.delete(holdId);
    await inventory.told(model.place(partition), [holdId]);
  });

const forget = (index: number) =>
  onToken('a failover loses', index, async (model, { partition, holdId }) => {
    const state = model.partition(partition).holds.get(holdId)?.state ?? 'released';
    if (state === 'released' || state === 'refunded') return;
    model.lostData = true;
    model.partition(partition).forgetHold(holdId);
    await system.forgetHold(model.place(partition), holdId);
    await inventory.look(model.place(partition));
  });

/** Other orders in MySQL that own seats of this hold. */
const ownersOf = (model: Model, { holdId, seats }: Token): Order[] =>
  [...model.orders.values()].filter(
    (order) =>
      order.holdId !== holdId && [...order.seats, ...order.withheld].some((seat) => seats.includes(seat)),
  );

/** An order as Redis is told of it: with the seats it has left, then with those withheld. */
const owning = ({ holdId, buyerId, seats, withheld }: Order): Owning[] => [
  ...(seats.length > 0 ? [{ holdId, buyerId, seats }] : []),
  ...(withheld.length > 0
    ? [
        {
          holdId,
          buyerId,
          seats: withheld,
          withheld: seats.length > 0 ? ('in_part' as const) : ('wholly' as const),
        },
      ]
    : []),
];

/** Brings Redis in line with MySQL: refunds that it missed, then orders. */
const follow = (partitionIndex: number, lostIndex: number | undefined) =>
  step('follow the orders', async (model) => {
    const partition = partitionIndex % model.drop.partitions;
    const [place, expected] = [model.place(partition), model.partition(partition)];
    for (const { holdId, state, seats } of expected.holds.values()) {
      const order = model.orders.get(holdId);
      const stale = seats.filter((seat) => order?.seats.includes(seat) !== true);
      if (state !== 'sold' || stale.length === 0) continue;
      const refunded = { seats: stale, withheld: order?.withheld ?? [] };
      const { kind: how, promoted = [] } = expected.reopen(holdId, refunded);
      const reopened = await inventory.reopen(place, holdId, refunded);
      expect(reopened.kind).toBe(how);
      if (reopened.kind !== 'released' && reopened.kind !== 'reduced') throw new Error(reopened.kind);
      expect(given(reopened.promoted)).toEqual(promoted);
      model.keep(partition, reopened.promoted);
    }
    const own = [...model.orders.values()].filter((order) => order.partition === partition);
    const token = lostIndex === undefined ? undefined : model.tokens[lostIndex];
    const inVain =
      token && token.partition === partition && !model.orders.has(token.holdId) ? token : undefined;
    const attempt = expected.holds.get(inVain?.holdId ?? '')?.attempt ?? 1;
    const lost = inVain && { ...inVain, attempt };
    const orders = lost ? ownersOf(model, lost).filter((order) => order.partition === partition) : own;
    const owners = orders.flatMap(owning);
    if (owners.length > 0 || lost) model.lostData = true;
    const { yielded, promoted, kind } = expected.followOrders(owners, lost);
    const followed = await inventory.followOrders(
      place,
      owners.map(({ holdId: orderId, ...order }) => ({ orderId, ...order })),
      lost,
    );
    expect(followed.kind).toBe(kind);
    expect(followed.yielded.toSorted((a, b) => a - b)).toEqual(yielded.toSorted((a, b) => a - b));
    expect(given(followed.promoted)).toEqual(promoted);
    model.keep(partition, followed.promoted);
    if (lost || model.drop.partitions > 1) return;
    // Now each order has all its seats except those that somebody else is paying for.
    const taken = new Set(expected.seats('paying'));
    const sold = new Set(expected.seats('sold'));
    for (const { holdId, seats, withheld } of own) {
      // Withheld seats follow once the order has some of those that it has left.
      const isOwn = seats.length === 0 || expected.holds.get(holdId)?.state === 'sold';
      for (const seat of [...seats, ...(isOwn ? withheld : [])])
        if (!taken.has(seat)) expect(sold.has(seat)).toBe(true);
    }
  });

/** MySQL gets the refund, and the process that would have told Redis dies. */
const missRefund = (index: number, used: number, count?: number) =>
  onToken(`Redis misses the refund, ${used} used, of`, index, async (model, { holdId }) => {
    refundOrder(model, holdId, used, count);
  });

const remember = () =>
  step(
    'the replica hears no more',
    async (model) => {
      const goBack = await system.remember(model.place(0));
      model.earlier = { partition: model.partition(0).clone(), batches: [...model.batches], goBack };
    },
    // With several partitions a failover can lose that seats were lent, and then both have them: nothing repairs that.
    (model) => model.drop.partitions === 1,
  );

const failOver = () =>
  step(
    'the replica takes over',
    async (model) => {
      const { partition, batches, goBack } = model.earlier!;
      await goBack();
      model.partitions[0] = partition.clone();
      model.batches = [...batches];
      model.lostData = true;
      // follow-mysql.ts calls `look` regularly.
      await inventory.look(model.place(0));
    },
    (model) => model.earlier !== undefined,
  );

const cancel = () =>
  step('cancel', async (model) => {
    for (const place of places(model.drop.id, model.drop.partitions)) {
      const expected = model.partition(place.partition).cancel();
      const { left, ended } = await inventory.cancel(place);
      expect(left).toBe(0);
      expect(ended.toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
    }
  });

const close = () =>
  step('the drop closes', async (model) => {
    for (const place of places(model.drop.id, model.drop.partitions)) {
      // A partition that is over has closed or was cancelled before.
      if (!model.partition(place.partition).over) model.partition(place.partition).closed = true;
      await system.letClose(place);
    }
  });

const endStandby = (index: number) =>
  step(`end standby of partition ${index}`, async (model) => {
    const partition = index % model.drop.partitions;
    const [place, expected] = [model.place(partition), model.partition(partition)];
    const first = await inventory.close(place, await system.closesAt(place), []);
    if (!expected.closed && !expected.over) {
      expect(first.kind).toBe('early');
      return;
    }
    if (first.kind !== 'closed') throw new Error(first.kind);
    expect(first.tell.toSorted((a, b) => a - b)).toEqual(
      expected
        .endStandby()
        .map(({ buyerId }) => buyerId)
        .toSorted((a, b) => a - b),
    );
    expect(await inventory.close(place, await system.closesAt(place), first.tell)).toMatchObject({
      tell: [],
    });
  });

const endDrop = (index: number) =>
  step(`end partition ${index}`, async (model) => {
    const partition = index % model.drop.partitions;
    expect(await inventory.end(model.place(partition))).toBe(model.partition(partition).end());
  });

const severalPartitions = (model: Model) => model.drop.partitions > 1;

const lend = (index: number, wanted: number) =>
  step(
    `partition ${index} lends ${wanted}`,
    async (model) => {
      const from = index % model.drop.partitions;
      const to = (from + 1) % model.drop.partitions;
      const transfer = newBatchId();
      const seats = model.partition(from).lend(transfer, to, wanted);
      expect(await inventory.lend(model.place(from), transfer, to, wanted)).toEqual(seats);
      if (seats.length > 0) model.transfers.push({ from, to, transfer, seats, arrived: false });
    },
    severalPartitions,
  );

const underWay = (model: Model) => model.transfers.length > 0;

const lendAgain = (index: number) =>
  step(
    `lend ${index} again`,
    async (model) => {
      const { from, to, transfer } = pick(model.transfers, index);
      if (!model.partition(from).lent.has(transfer)) return;
      const seats = model.partition(from).lend(transfer, to, 3);
      expect(await inventory.lend(model.place(from), transfer, to, 3)).toEqual(seats);
    },
    underWay,
  );

const arrive = (index: number) =>
  step(
    `transfer ${index} arrives`,
    async (model) => {
      const each = pick(model.transfers, index);
      const expected = model.partition(each.to).borrow(each.transfer, each.seats);
      const promoted = await inventory.borrow(model.place(each.to), each.transfer, each.seats);
      expect(given(promoted)).toEqual(expected);
      model.keep(each.to, promoted);
      each.arrived = true;
    },
    underWay,
  );

const forgetTransfer = (index: number) =>
  step(
    `forget transfer ${index}`,
    async (model) => {
      const { from, transfer, arrived } = pick(model.transfers, index);
      if (!arrived) return;
      model.partition(from).lent.delete(transfer);
      await inventory.forgetTransfer(model.place(from), transfer);
    },
    underWay,
  );

const drops = fc
  .record({
    partitions: fc.constantFrom(1, 1, 2),
    sections: fc.array(
      fc.record({ rows: fc.integer({ min: 1, max: 2 }), seatsPerRow: fc.integer({ min: 1, max: 5 }) }),
      {
        minLength: 1,
        maxLength: 2,
      },
    ),
    maxPerBuyer: fc.integer({ min: 1, max: 4 }),
    standby: fc.integer({ min: 0, max: 4 }),
    lapsePauseSeconds: fc.constantFrom(0, 1800),
  })
  .map(({ partitions, sections, maxPerBuyer, standby, lapsePauseSeconds }) => ({
    partitions,
    sections: sections.map((section, index) => ({ name: `Section ${index}`, ...section })),
    maxPerBuyer,
    standbyLimit: standby * partitions,
    lapsePauseSeconds,
  }));

const index = fc.nat({ max: 40 });
const entries = fc.array(
  fc.tuple(
    fc.constantFrom(...buyers),
    fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.constantFrom(0, 9)),
  ),
  { minLength: 1, maxLength: 8 },
);
/** How many seats of an order are refunded; undefined: all. */
const portion = fc.constantFrom(undefined, 1, 2);
const often = (times: number, arbitrary: fc.Arbitrary<Step>) =>
  Array.from({ length: times }, () => arbitrary);
const steps = fc.commands<Model, Real, false>(
  [
    ...often(
      6,
      fc
        .tuple(entries, index, fc.boolean(), fc.constantFrom(false, false, false, true))
        .map((args) => claim(...args)),
    ),
    ...often(2, index.map(sendAgain)),
    ...often(
      3,
      fc.tuple(index, fc.boolean()).map((args) => redeliver(...args)),
    ),
    fc.constant(forgetReplies()),
    ...often(2, index.map(lapse)),
    ...often(2, index.map(release)),
    ...often(2, fc.constantFrom(...buyers).map(leave)),
    fc.constantFrom(...buyers).map(endPause),
    ...often(
      3,
      fc
        .tuple(index, fc.nat({ max: 1 }), fc.constantFrom(false, false, false, true))
        .map((args) => begin(...args)),
    ),
    ...often(
      2,
      fc.tuple(index, fc.constantFrom(false, false, true)).map((args) => decline(...args)),
    ),
    ...often(2, index.map(complete)),
    ...often(
      2,
      fc.tuple(index, fc.constantFrom(undefined, undefined, 0, 1, 2, 3)).map((args) => follow(...args)),
    ),
    fc.tuple(index, fc.nat(2), portion).map((args) => missRefund(...args)),
    fc.constant(remember()),
    fc.constant(failOver()),
    ...often(
      2,
      fc.tuple(index, fc.nat(2), portion).map((args) => refund(...args)),
    ),
    index.map(tell),
    index.map(forget),
    ...often(
      2,
      fc.tuple(index, fc.integer({ min: 1, max: 6 })).map((args) => lend(...args)),
    ),
    ...often(2, index.map(arrive)),
    index.map(endStandby),
    ...often(2, index.map(endDrop)),
    index.map(lendAgain),
    index.map(forgetTransfer),
  ],
  { maxCommands: 60, size: 'max' },
);

test('any interleaving of buying, paying, lapsing, leaving, refunding, redelivering, lending, failing over, following MySQL, cancelling, closing and ending', async () => {
  const run = await fc.check(
    fc.asyncProperty(
      drops,
      steps,
      fc.constantFrom([], [], [cancel()], [close()], [close(), cancel()]),
      steps,
      async (terms, first, between, then) => {
        const drop = newDrop(terms);
        await inventory.stock(drop);
        const model = new Model(drop);
        try {
          const setup = () => ({ model, real: { drop } });
          await fc.asyncModelRun(setup, first);
          await fc.asyncModelRun(setup, between);
          await fc.asyncModelRun(setup, then);
          if (!model.lostData) await expectLedgerTellsTheSame(model);
        } finally {
          await forgetDrop(drop);
        }
      },
    ),
    { numRuns: 100, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
  );
  expect(await fc.asyncDefaultReportMessage(run)).toBeUndefined();
}, 120_000);

async function expectLedgerTellsTheSame(model: Model): Promise<void> {
  const rows = rowsOf(model.drop.sections);
  for (const place of places(model.drop.id, model.drop.partitions)) {
    const replayed = await system.replay(model.drop, place);
    const expected = model.partition(place.partition);
    const here = new Set(replayed.seats);
    const draw = (seat: string) => (here.has(seat) ? replayed.drawn(seat) : '-');
    const map = rows.map(({ seats }, row) =>
      Array.from({ length: seats }, (_, at) => draw(`${row}.${at + 1}`)).join(''),
    );
    expect(map).toEqual(expected.map());
    expect([...replayed.standby.values()].map(({ buyerId }) => buyerId)).toEqual(
      expected.standby.map(({ buyerId }) => buyerId),
    );
    expect(replayed.decidedCount).toBe(expected.decided);
    const counts = (lapses: ReadonlyMap<number, { count: number }>) =>
      new Map([...lapses].flatMap(([buyerId, { count }]) => (count > 0 ? [[buyerId, count]] : [])));
    expect(counts(replayed.lapses)).toEqual(counts(expected.lapses));
    const states = [...expected.holds.values()].map(
      ({ holdId, state }) => [holdId, state === 'refunded' ? 'released' : state] as const,
    );
    expect(new Map([...replayed.holds].map(([holdId, { state }]) => [holdId, state]))).toEqual(
      new Map(states),
    );
  }
}

async function forgetDrop(drop: Drop): Promise<void> {
  for (const place of places(drop.id, drop.partitions)) await redis.unlink(...inventory.keys.all(place));
  await redis.hdel(inventory.keys.liveDrops, String(drop.id));
}

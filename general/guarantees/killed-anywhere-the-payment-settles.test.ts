/**
 * Checkout and refunds are killed at each step between two systems: the calls before it are real, and nothing after it
 * runs, as after a kill. Then a healthy process reconciles, twice.
 */
import { createRefunding } from '../orders/refund-duty.ts';
import { advanceRefund, requestRefunds } from '../orders/refund.ts';
import type { Deps } from '../deps.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';

const systems = new Map<string, GeneralSystem>();
let system: GeneralSystem;
beforeAll(async () => {
  for (const provider of ['sandbox', 'stripe'] as const)
    systems.set(provider, await startGeneralSystem({ provider }));
}, 120_000);
afterAll(async () => {
  for (const each of systems.values()) await each.stop();
});

/** Dependencies of a process that is killed right before or after one of its calls. */
function killedAt(
  what: 'inventory' | 'payments' | 'announcer',
  method: string,
  when: 'before' | 'after',
): { deps: Deps; killed: Promise<void> } {
  let kill: () => void = () => {};
  const killed = new Promise<void>((resolve) => (kill = resolve));
  const never = new Promise<never>(() => {});
  const wrapped = new Proxy<Record<string, unknown>>(system.deps[what], {
    get(target, name) {
      const value = target[name as string];
      if (name !== method || typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (when === 'after') await (value as (...args: unknown[]) => Promise<unknown>)(...args);
        kill();
        return never;
      };
    },
  });
  return { deps: { ...system.deps, [what]: wrapped }, killed };
}

const healthy = async () => {
  for (let round = 0; round < 2; round += 1) {
    await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, giveUpAfterMs: 0 });
    await createRefunding(system.deps)();
  }
};

async function stateOf(dropId: number, holdId: string, buyer: TestUser) {
  const charges = await system.chargesOf(holdId);
  return {
    charged: charges.filter(({ approved, refunds }) => approved && refunds === 0).length,
    orders: ((await system.db('orders').where({ id: holdId })) as { status: string }[]).map(
      ({ status }) => status,
    ),
    soldSeats: (await system.db('sold_seats').where({ order_id: holdId })).length,
    hold: (await system.inventory.view({ dropId, partition: 0 }, buyer.userId)).kind,
    counts: await system.inventory.counts({ id: dropId, partitions: 1 }),
  };
}

const paid = {
  charged: 1,
  orders: ['paid'],
  soldSeats: 2,
  hold: 'sold',
  counts: { sold: 2, paying: 0, free: 2 },
};
const heldAgain = {
  charged: 0,
  orders: [],
  soldSeats: 0,
  hold: 'held',
  counts: { held: 2, paying: 0, free: 2 },
};

describe.each(['sandbox', 'stripe'] as const)('with %s', (provider) => {
  beforeAll(() => void (system = systems.get(provider)!));

  describe('checkout killed', () => {
    test.each([
      ['after the hold went to paying', 'inventory', 'beginPayment', 'after', 'approved', heldAgain],
      [
        'after the attempt was written, before the charge',
        'payments',
        'charge',
        'before',
        'approved',
        heldAgain,
      ],
      ['after the charge was approved, before MySQL', 'payments', 'charge', 'after', 'approved', paid],
      ['after the charge was declined, before MySQL', 'payments', 'charge', 'after', 'declined', heldAgain],
      [
        'after the order was placed, before Redis',
        'inventory',
        'completePayment',
        'before',
        'approved',
        paid,
      ],
      [
        'after Redis sold the seats, before word of it',
        'inventory',
        'completePayment',
        'after',
        'approved',
        paid,
      ],
      [
        'after the decline was written, before Redis',
        'inventory',
        'declinePayment',
        'before',
        'declined',
        heldAgain,
      ],
      ['after Redis took the hold back', 'inventory', 'declinePayment', 'after', 'declined', heldAgain],
    ] as const)('%s', async (_, what, method, when, card, expected) => {
      const drop = await system.openDrop();
      const buyer = await system.user();
      const { place, hold } = await system.hold(drop, buyer, 2);
      const { deps, killed } = killedAt(what, method, when);

      void payHold(deps, place, hold, system.cards[card]);
      await killed;
      await healthy();

      expect(await stateOf(drop.id, hold.holdId, buyer)).toMatchObject(expected);
      // The buyer tries again with the same token, and gets the order without a second charge.
      const again = await payHold(system.deps, place, hold, system.cards.approved);
      expect(again.kind).toBe(expected === paid ? 'already_paid' : 'paid');
      expect(await stateOf(drop.id, hold.holdId, buyer)).toMatchObject(paid);
    });

    test('and the buyer tries again before anybody has reconciled', async () => {
      const drop = await system.openDrop();
      const buyer = await system.user();
      const { place, hold } = await system.hold(drop, buyer, 2);
      const { deps, killed } = killedAt('payments', 'charge', 'after');
      void payHold(deps, place, hold, system.cards.approved);
      await killed;

      expect(await payHold(system.deps, place, hold, system.cards.approved)).toMatchObject({ kind: 'paid' });
      expect(await stateOf(drop.id, hold.holdId, buyer)).toMatchObject(paid);
    });

    test('and stalled until its attempt was given up: it then charges nothing', async () => {
      const drop = await system.openDrop();
      const buyer = await system.user();
      const { place, hold } = await system.hold(drop, buyer, 2);
      let wake: () => void = () => {};
      const stalled = new Promise<void>((resolve) => (wake = resolve));
      let begun: () => void = () => {};
      const paying = new Promise<void>((resolve) => (begun = resolve));
      const slow: Deps = {
        ...system.deps,
        inventory: {
          ...system.deps.inventory,
          beginPayment: async (...args) => {
            const result = await system.deps.inventory.beginPayment(...args);
            begun();
            await stalled;
            return result;
          },
        },
      };
      const result = payHold(slow, place, hold, system.cards.approved);
      await paying;
      await healthy();
      wake();

      expect(await result).toEqual({ kind: 'under_way' });
      expect(await stateOf(drop.id, hold.holdId, buyer)).toMatchObject(heldAgain);
    });
  });

  describe('a refund killed', () => {
    const refunded = {
      charged: 0,
      orders: ['refunded'],
      soldSeats: 0,
      hold: 'released',
      counts: { sold: 0, free: 4, held: 0 },
    };

    test.each([
      ['before the provider is asked', 'payments', 'refund', 'before'],
      ['after the provider gave the money back, before MySQL', 'payments', 'refund', 'after'],
      ['after MySQL has it, before Redis', 'inventory', 'reopen', 'before'],
      ['after the seats are back on sale', 'inventory', 'reopen', 'after'],
    ] as const)('%s', async (_, what, method, when) => {
      const drop = await system.openDrop();
      const buyer = await system.user();
      const { place, hold } = await system.hold(drop, buyer, 2);
      expect(await payHold(system.deps, place, hold, system.cards.approved)).toMatchObject({ kind: 'paid' });
      const { deps, killed } = killedAt(what, method, when);

      await requestRefunds(system.db, { id: hold.holdId });
      void advanceRefund(deps, hold.holdId);
      await killed;
      await healthy();

      expect(await stateOf(drop.id, hold.holdId, buyer)).toMatchObject(refunded);
      const mails: { payload: unknown }[] = await system.db('outbox').where({ topic: 'order-refunded' });
      expect(mails.filter(({ payload }) => JSON.stringify(payload).includes(hold.holdId))).toHaveLength(1);
    });
  });
});

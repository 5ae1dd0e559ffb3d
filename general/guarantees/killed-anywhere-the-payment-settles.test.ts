/**
 * Checkout and refunds are killed at each step between two systems: the calls before it are real, and nothing after it
 * runs, as after a kill. Then a healthy process reconciles, twice.
 */
import { createRefunding } from '../orders/refund-duty.ts';
import { advanceRefund } from '../orders/refund.ts';
import { requestRefunds } from '../orders/request-refund.ts';
import type { NewHold } from '../../shared/inventory/hold.ts';
import type { Place } from '../../shared/inventory/keys.ts';
import type { Deps } from '../deps.ts';
import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import type { PayuChoice } from '../../testing/general/payu-book.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';

const systems = new Map<string, GeneralSystem>();
let system: GeneralSystem;
beforeAll(async () => {
  for (const provider of ['sandbox', 'stripe', 'payu'] as const)
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
    await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });
    await createRefunding(system.deps)();
  }
};

/** What a process does with a hold. */
type Work = (deps: Deps, place: Place, hold: NewHold) => Promise<unknown>;

/** Kills a process at a call (`inventory.NAME` or `payments.NAME`) of its work on a new hold. Then a healthy one reconciles. */
async function playKilled(work: Work, call: string, when: 'before' | 'after') {
  const drop = await system.openDrop();
  const buyer = await system.user();
  const { place, hold } = await system.hold(drop, buyer, 2);
  const [what, method] = call.split('.') as ['inventory' | 'payments', string];
  const { deps, killed } = killedAt(what, method, when);

  void work(deps, place, hold);
  await killed;
  await healthy();
  return { drop, buyer, place, hold };
}

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

  const pays =
    (card: 'approved' | 'declined' | 'challenge'): Work =>
    (deps, place, hold) =>
      payHold(deps, place, hold, { token: system.cards[card] });
  const begins: Work = (deps, place, hold) => payHold(deps, place, hold, {});
  /** A healthy process has begun the payment. */
  const resumes =
    (card?: 'approved' | 'declined'): Work =>
    async (deps, place, hold) => {
      await payHold(system.deps, place, hold, {});
      return payHold(deps, place, hold, { token: card && system.cards[card] });
    };
  /** The buyer has answered the bank, and the page asks for the result. */
  const returns =
    (approve: boolean): Work =>
    async (deps, place, hold) => {
      await payHold(system.deps, place, hold, { token: system.cards.challenge });
      await system.answerChallenge(hold.holdId, approve);
      return payHold(deps, place, hold, {});
    };
  /** The buyer left the page, after these cards, and the time to pay is over. */
  const givesUp =
    (card?: 'declined' | 'challenge'): Work =>
    async (deps, place, hold) => {
      await payHold(system.deps, place, hold, { token: card && system.cards[card] });
      return reconcilePayments(deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });
    };

  describe('checkout killed', () => {
    test.each([
      ['after the hold went to paying', pays('approved'), 'inventory.beginPayment', 'after', heldAgain],
      [
        'after the attempt was written, before the charge',
        pays('approved'),
        'payments.confirm',
        'before',
        heldAgain,
      ],
      ['after the charge was approved, before MySQL', pays('approved'), 'payments.confirm', 'after', paid],
      ['after the card was declined', pays('declined'), 'payments.confirm', 'after', heldAgain],
      ['after the bank asked the buyer', pays('challenge'), 'payments.confirm', 'after', heldAgain],
      [
        'after the attempt was written, before the payment began',
        begins,
        'payments.begin',
        'before',
        heldAgain,
      ],
      ['after the payment began', begins, 'payments.begin', 'after', heldAgain],
      ['before a begun payment is asked about', resumes(), 'payments.find', 'before', heldAgain],
      [
        'after a card was noted for a begun payment',
        resumes('approved'),
        'payments.confirm',
        'before',
        heldAgain,
      ],
      ['after a begun payment was approved', resumes('approved'), 'payments.confirm', 'after', paid],
      ['after a begun payment was declined', resumes('declined'), 'payments.confirm', 'after', heldAgain],
      ['after the bank’s yes was read, before MySQL', returns(true), 'payments.find', 'after', paid],
      ['after the bank’s no was read', returns(false), 'payments.find', 'after', heldAgain],
      [
        'after the order was placed, before Redis',
        pays('approved'),
        'inventory.completePayment',
        'before',
        paid,
      ],
      [
        'after Redis sold the seats, before word of it',
        pays('approved'),
        'inventory.completePayment',
        'after',
        paid,
      ],
      ['before an abandoned payment is cancelled', givesUp(), 'payments.cancel', 'before', heldAgain],
      [
        'after an abandoned payment was cancelled, before MySQL',
        givesUp(),
        'payments.cancel',
        'after',
        heldAgain,
      ],
      [
        'after one with a declined card was cancelled',
        givesUp('declined'),
        'payments.cancel',
        'after',
        heldAgain,
      ],
      [
        'after one with an open challenge was cancelled',
        givesUp('challenge'),
        'payments.cancel',
        'after',
        heldAgain,
      ],
      ['after the end was written, before Redis', givesUp(), 'inventory.declinePayment', 'before', heldAgain],
      ['after Redis took the hold back', givesUp(), 'inventory.declinePayment', 'after', heldAgain],
    ] as const)('%s', async (_, work, call, when, expected) => {
      const { drop, buyer, place, hold } = await playKilled(work, call, when);

      expect(await stateOf(drop.id, hold.holdId, buyer)).toMatchObject(expected);
      // The buyer tries again with the same token, and gets the order without a second charge.
      const again = await payHold(system.deps, place, hold, { token: system.cards.approved });
      expect(again.kind).toBe(expected === paid ? 'already_paid' : 'paid');
      expect(await stateOf(drop.id, hold.holdId, buyer)).toMatchObject(paid);
    });

    test('and the buyer tries again before anybody has reconciled', async () => {
      const drop = await system.openDrop();
      const buyer = await system.user();
      const { place, hold } = await system.hold(drop, buyer, 2);
      const { deps, killed } = killedAt('payments', 'confirm', 'after');
      void payHold(deps, place, hold, { token: system.cards.approved });
      await killed;

      expect(await payHold(system.deps, place, hold, { token: system.cards.approved })).toMatchObject({
        kind: 'paid',
      });
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
      const result = payHold(slow, place, hold, { token: system.cards.approved });
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
      expect(await payHold(system.deps, place, hold, { token: system.cards.approved })).toMatchObject({
        kind: 'paid',
      });
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

describe('with payu', () => {
  beforeAll(() => void (system = systems.get('payu')!));

  const begins: Work = (deps, place, hold) => payHold(deps, place, hold, {});
  const atPayu = async (place: Place, hold: NewHold, choice: PayuChoice) => {
    const open = await payHold(system.deps, place, hold, {});
    if (open.kind !== 'open' || open.action.provider !== 'payu') throw new Error(`${open.kind}, not open`);
    expect(system.payu!.post(open.action.fields)).toBeUndefined();
    system.payu!.book.choose(open.action.fields['txnid']!, choice);
  };
  /** The buyer did this at PayU, and the page asks for the result. */
  const returns =
    (choice: PayuChoice): Work =>
    async (deps, place, hold) => {
      await atPayu(place, hold, choice);
      return payHold(deps, place, hold, {});
    };
  /** The buyer did this at PayU, or nothing, and never came back. */
  const leaves =
    (choice?: PayuChoice): Work =>
    async (deps, place, hold) => {
      await (choice ? atPayu(place, hold, choice) : begins(system.deps, place, hold));
      return reconcilePayments(deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });
    };

  test.each([
    ['after the hold went to paying', begins, 'inventory.beginPayment', 'after', heldAgain],
    [
      'after the attempt was written, before its form was signed',
      begins,
      'payments.begin',
      'before',
      heldAgain,
    ],
    ['after its form was signed', begins, 'payments.begin', 'after', heldAgain],
    ['before PayU is asked', returns('approve'), 'payments.find', 'before', paid],
    ['after PayU’s yes was read, before MySQL', returns('approve'), 'payments.find', 'after', paid],
    ['after PayU’s no was read', returns('decline'), 'payments.find', 'after', heldAgain],
    [
      'after the order was placed, before Redis',
      returns('approve'),
      'inventory.completePayment',
      'before',
      paid,
    ],
    ['before an abandoned payment is ended', leaves(), 'payments.cancel', 'before', heldAgain],
    [
      'after an abandoned payment was ended, before MySQL',
      leaves('decline'),
      'payments.cancel',
      'after',
      heldAgain,
    ],
    ['after the end was written, before Redis', leaves(), 'inventory.declinePayment', 'before', heldAgain],
    ['before a payment without return is an order', leaves('approve'), 'payments.find', 'after', paid],
  ] as const)('killed %s', async (_, work, call, when, expected) => {
    const { drop, buyer, place, hold } = await playKilled(work, call, when);
    expect(await stateOf(drop.id, hold.holdId, buyer)).toMatchObject(expected);

    // The buyer goes on, and has the order without a second charge.
    if (expected !== paid) await atPayu(place, hold, 'approve');
    const again = await payHold(system.deps, place, hold, {});
    expect(again.kind).toBe(expected === paid ? 'already_paid' : 'paid');
    expect(await stateOf(drop.id, hold.holdId, buyer)).toMatchObject(paid);
  });
});

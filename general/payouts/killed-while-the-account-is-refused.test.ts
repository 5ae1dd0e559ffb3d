/**
 * Stripe refuses to pay the account of an open drop, and the process is killed at a step of what follows. A healthy
 * process reconciles, and the buyer pays again: one charge, which is the platform's.
 */
import { connectOrganizer } from '../../testing/general/connected-organizer.ts';
import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createDrop, openDrop } from '../../testing/general/new-drop.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem({ provider: 'stripe', connect: { isRequired: true } });
}, 120_000);
afterAll(() => system.stop());

/** Dependencies of a process that is killed right before or after a call. */
function killedAt(what: 'inventory' | 'payments', method: string, when: 'before' | 'after') {
  let kill = () => {};
  const killed = new Promise<void>((resolve) => (kill = resolve));
  const part: Record<string, unknown> = { ...system.deps[what] };
  const real = part[method] as (...args: unknown[]) => Promise<unknown>;
  part[method] = async (...args: unknown[]) => {
    if (when === 'after') await real(...args);
    kill();
    return new Promise<never>(() => {});
  };
  return { deps: { ...system.deps, [what]: part }, killed };
}

async function held() {
  const organizer = await system.user('organizer');
  const account = await connectOrganizer(system, organizer);
  const { id } = await createDrop(system, organizer);
  await openDrop(system, id);
  const buyer = await system.user();
  const drop = (await loadDrop(system.db, id))!;
  return { account, ...(await system.hold(drop, buyer)) };
}

test.each([
  ['payments', 'confirm', 'before'],
  ['payments', 'confirm', 'after'],
  ['inventory', 'declinePayment', 'before'],
  ['inventory', 'declinePayment', 'after'],
] as const)('killed at %s.%s (%s)', async (what, method, when) => {
  const { account, place, hold } = await held();
  account.refusesCharges = true;
  const { deps, killed } = killedAt(what, method, when);
  void payHold(deps, place, hold, { token: 'pm_card_visa' });
  await killed;
  for (let round = 0; round < 2; round += 1)
    await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });

  expect(system.stripe!.of(hold.holdId)).toEqual([]);
  expect(await payHold(system.deps, place, hold, { token: 'pm_card_visa' })).toMatchObject({ kind: 'paid' });
  const charged = system.stripe!.of(hold.holdId).filter(({ status }) => status === 'succeeded');
  expect(charged).toHaveLength(1);
  expect(charged[0]).not.toHaveProperty('transfer_data');
});

test.each(['before', 'after'] as const)('killed %s it confirms what was begun', async (when) => {
  const { account, place, hold } = await held();
  expect(await payHold(system.deps, place, hold, {})).toMatchObject({ kind: 'open' });
  account.refusesCharges = true;
  const { deps, killed } = killedAt('payments', 'confirm', when);
  void payHold(deps, place, hold, { token: 'pm_card_visa' });
  await killed;
  for (let round = 0; round < 2; round += 1)
    await reconcilePayments(system.deps, { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy });
  expect(await payHold(system.deps, place, hold, { token: 'pm_card_visa' })).toMatchObject({ kind: 'paid' });
  const charged = system.stripe!.of(hold.holdId).filter(({ status }) => status === 'succeeded');
  expect(charged).toHaveLength(1);
});

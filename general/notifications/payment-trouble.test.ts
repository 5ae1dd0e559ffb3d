import request from 'supertest';
import { compose } from '../../lambda/send-email/compose.ts';
import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { findAttempt } from '../checkout/payment-attempt.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { reconcilePayments } from '../duties/reconcile-payments.ts';
import { makeJobs } from '../mail/mail-jobs.ts';
import { claimRows } from '../mail/outbox.ts';
import { noteTrouble } from './note-trouble.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());
beforeEach(() => system.db('outbox').delete());

/** The mails that would be sent now. */
async function mails() {
  await system.db('outbox').update({ due_at: new Date(0) });
  const rows = await claimRows(system.db, { channel: 'email', priority: 1, which: 'new' }, 10);
  await system.db('outbox').update({ tries: 0 });
  const made = await makeJobs({ ...system.deps, timeZone: 'UTC' }, rows);
  return made.flatMap((one) => ('job' in one && one.job ? [{ ...compose(one.job), id: one.job.id }] : []));
}

test('a buyer whose payment failed for good is told once the seats are gone, and not while they are held', async () => {
  const buyer = await system.user();
  const drop = await system.openDrop(2);
  const { place, hold } = await system.hold(drop, buyer);
  expect(await payHold(system.deps, place, hold, {})).toMatchObject({ kind: 'open' });
  const ended = { everyMs: 0, abandonedAfterMs: 0, now: afterPayBy };
  await reconcilePayments(system.deps, ended);
  await reconcilePayments(system.deps, ended);
  expect(await system.db('outbox').where({ topic: 'payment-declined' })).toHaveLength(1);
  expect(await mails()).toEqual([]);
  await request(system.app).delete(`/api/drops/${drop.id}/entry`).set(buyer.bearer).expect(200);
  const [mail, ...more] = await mails();
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ id: `payment-declined.${hold.holdId}.1` });
  expect(mail?.text).toContain('45.00 EUR did not go through');
});

test('a buyer whose charge got no seats is told of the refund, once, also if it is settled twice', async () => {
  const buyer = await system.user();
  const drop = await system.openDrop(2);
  const { place, hold } = await system.hold(drop, buyer);
  expect(await payHold(system.deps, place, hold, {})).toMatchObject({ kind: 'open' });
  const attempt = (await findAttempt(system.db, { holdId: hold.holdId, attempt: 1 }))!;
  await noteTrouble(system.db, 'charge-refunded', attempt);
  await noteTrouble(system.db, 'charge-refunded', attempt);
  expect(await mails()).toMatchObject([
    {
      id: `charge-refunded.${hold.holdId}.1`,
      subject: 'Your payment was refunded: A Night of Strings',
      text: expect.stringContaining('A payment of 45.00 EUR') as unknown,
    },
  ]);
});

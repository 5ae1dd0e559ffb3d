import request from 'supertest';
import type { Drop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { archivePartition } from '../../shared/ledger/archive-partition.ts';
import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { printHere } from '../../testing/print-here.ts';
import { payHold } from '../checkout/pay-hold.ts';
import { createArchiving } from '../duties/archive-ledgers.ts';
import { relayMails } from '../duties/relay-mails.ts';
import { createDirectRoute } from '../mail/direct-route.ts';
import type { MailRoute } from '../mail/mail-route.ts';
import { claimRows, markSent, nextRows, putOff } from '../mail/outbox.ts';
import { notePromotions } from '../notifications/note-promotions.ts';

let system: GeneralSystem;
let catcher: MailCatcher;
let route: MailRoute;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());
beforeEach(async () => {
  await system.db('outbox').delete();
  catcher = new MailCatcher();
  const url = `smtp://127.0.0.1:${await catcher.listen(0)}`;
  route = createDirectRoute({ url, from: 'tickets@seatdrop.test', print: printHere, log: system.deps.log });
});
afterEach(async () => {
  route.close();
  await catcher.close();
});

const relayAll = () => relayMails({ ...system.deps, timeZone: 'UTC', route });
const told = () => catcher.mails.map(({ to, messageId }) => [to[0], messageId]);
const leave = ({ id }: Drop, buyer: TestUser) =>
  request(system.app).delete(`/api/drops/${id}/entry`).set(buyer.bearer).expect(200);
const waitingFor = (topic: string) => system.db('outbox').where({ topic }).whereNull('sent_at');

/** A buyer in standby gets the seat of one who gives it back. */
async function promotion() {
  const drop = await system.openDrop(1, { standbyLimit: 5 });
  const [holder, waiting] = [await system.user(), await system.user()];
  const { place } = await system.hold(drop, holder);
  const entered = { id: newBatchId(), packed: `${waiting.userId}:1` };
  await system.inventory.claim(place, entered, { mayBorrow: false });
  await leave(drop, holder);
  const view = await system.inventory.view(place, waiting.userId);
  if (view.kind !== 'held') throw new Error(`not promoted: ${view.kind}`);
  return { drop, place, waiting, hold: view };
}

test('a buyer whose page is closed gets one mail: the seats, until when, and where to pay', async () => {
  const { drop, waiting, hold } = await promotion();
  const archive = createArchiving(system.deps);
  await archive();
  await relayAll();
  await archive();
  await relayAll();
  expect(told()).toEqual([[waiting.email, `<promoted.${hold.holdId}@seatdrop.test>`]]);
  const [{ subject, text, html }] = catcher.mails as [(typeof catcher.mails)[0]];
  expect(subject).toBe('Seats are free for you: A Night of Strings');
  const until = new Date(hold.expiresAt).toISOString().slice(11, 16);
  for (const fact of [until, '4 minutes', `/drops/${drop.id}`, 'Stalls, row 1, seat 1'])
    expect(text).toContain(fact);
  expect(html).toContain(`href="http://127.0.0.1:8080/drops/${drop.id}"`);
});

test('killed before the commit nothing is written, and the record is archived and told later; two at once tell once', async () => {
  const { place } = await promotion();
  const killed = () => Promise.reject(new Error('killed'));
  await expect(archivePartition({ ...system.deps, onArchived: killed }, place)).rejects.toThrow('killed');
  expect(await waitingFor('promoted')).toEqual([]);
  // Killed after the news is written and before the commit.
  const late: typeof notePromotions = async (...known) => {
    await notePromotions(...known);
    await killed();
  };
  await expect(archivePartition({ ...system.deps, onArchived: late }, place)).rejects.toThrow('killed');
  expect(await waitingFor('promoted')).toEqual([]);
  const rounds = [createArchiving(system.deps), createArchiving(system.deps)];
  await Promise.all(rounds.map((round) => round()));
  await Promise.all(rounds.map((round) => round()));
  expect(await waitingFor('promoted')).toHaveLength(1);
});

test('news of a hold that is paid or released meanwhile is not sent', async () => {
  const paid = await promotion();
  const released = await promotion();
  await createArchiving(system.deps)();
  const { hold, place, drop } = paid;
  const { holdId, seats, expiresAt } = hold;
  const mine = { buyerId: paid.waiting.userId, holdId, seats, expiresAt };
  const { approved } = system.cards;
  expect(await payHold(system.deps, place, mine, { token: approved })).toMatchObject({
    kind: 'paid',
  });
  await leave(released.drop, released.waiting);
  await relayAll();
  expect(told()).toEqual([[paid.waiting.email, `<order-paid.${holdId}@seatdrop.test>`]]);
  expect(await waitingFor('promoted')).toEqual([]);
  expect(drop.id).toBe(place.dropId);
});

test('who chose it is told once more before the hold ends', async () => {
  const { waiting, hold } = await promotion();
  const other = await promotion();
  await system
    .db('notification_choices')
    .insert({ user_id: waiting.userId, kind: 'hold-ends', channel: 'email', chosen: true });
  await system
    .db('notification_choices')
    .insert({ user_id: other.waiting.userId, kind: 'promoted', channel: 'email', chosen: false });
  await createArchiving(system.deps)();
  await relayAll();
  expect(told()).toEqual([[waiting.email, `<promoted.${hold.holdId}@seatdrop.test>`]]);
  await system.db('outbox').update({ due_at: new Date(0) });
  await relayAll();
  expect(told().slice(1)).toEqual([[waiting.email, `<hold-ends.${hold.holdId}@seatdrop.test>`]]);
});

const lanes = ['new', 'tried before'] as const;

test('it goes before all others, whether they wait or cannot be sent, and finding it reads none of them', async () => {
  const { db } = system.deps;
  const others = Array.from({ length: 2_000 }, (_, at) => ({
    topic: 'order-paid',
    payload: '{"orderId":"none"}',
    priority: 1 + (at % 2),
    tries: at % 4 < 2 ? 0 : 3,
    due_at: new Date(0),
  }));
  await db('outbox').insert(others);
  const { waiting, hold } = await promotion();
  await createArchiving(system.deps)();
  await db.raw('analyze table outbox');
  for (const which of lanes) {
    const query = nextRows(db, { channel: 'email', priority: 0, which }, 10).toQuery();
    const plan = (await db.raw(`explain ${query}`)) as [{ key: string; rows: number; Extra: string }[]];
    expect(plan[0]).toMatchObject([{ key: 'outbox_lanes' }]);
    expect(Number(plan[0][0]?.rows)).toBeLessThan(10);
    expect(plan[0][0]?.Extra).not.toMatch(/filesort|temporary/);
  }
  // The rows that fail are noticed as failures; the promotion was handed over before.
  await expect(relayAll()).rejects.toThrow();
  expect(told()).toEqual([[waiting.email, `<promoted.${hold.holdId}@seatdrop.test>`]]);
});

test('promotions that cannot be sent do not hold up the next one', async () => {
  const { db } = system.deps;
  const row = { topic: 'promoted', payload: '{}', priority: 0 };
  await db('outbox').insert(Array.from({ length: 30 }, () => row));
  const first = { channel: 'email', priority: 0, which: 'new' } as const;
  for (let rows = await claimRows(db, first, 10); rows.length > 0; rows = await claimRows(db, first, 10))
    await putOff(db, rows);
  await db('outbox').update({ due_at: new Date(0) });
  await db('outbox').insert(row);
  const next = await claimRows(db, first, 10);
  expect(next).toMatchObject([{ tries: 1 }]);
  await markSent(db, next);
});

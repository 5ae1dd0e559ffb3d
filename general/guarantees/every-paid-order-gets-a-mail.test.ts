import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pino } from 'pino';
import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertDrop, insertEvent } from '../../testing/insert-drop.ts';
import { noInventory } from '../../testing/no-inventory.ts';
import { printHere } from '../../testing/print-here.ts';
import { insertOrder } from '../../testing/general/insert-order.ts';
import type { RelayArguments } from '../../testing/general/mail-relay-that-dies.ts';
import { readPdf } from '../../testing/receipt/read-pdf.ts';
import { createDirectRoute } from '../mail/direct-route.ts';
import { createMailMetrics } from '../mail/mail-metrics.ts';
import { createNewsMetrics } from '../notifications/news-metrics.ts';
import type { MailRoute } from '../mail/mail-route.ts';
import { readBacklog } from '../mail/outbox.ts';
import { randomKeys } from '../../testing/keys.ts';
import { relayMails, type RelayDeps } from '../duties/relay-mails.ts';

const from = 'Seatdrop <tickets@seatdrop.test>';
const log = pino({ level: 'silent' });
let database: TestDatabase;
let catcher: MailCatcher;
let refused: string | undefined;
let smtpUrl: string;
let route: MailRoute;
let dropId: number;
let buyer: { id: number; email: string };

beforeAll(async () => {
  database = await createTestDatabase();
  const eventId = await insertEvent(database.db);
  ({ id: dropId } = await insertDrop(database.db, eventId));
});
afterAll(() => database.drop());
beforeEach(async () => {
  refused = undefined;
  catcher = new MailCatcher({ refuse: (address) => (address === refused ? 'no such mailbox' : undefined) });
  smtpUrl = `smtp://127.0.0.1:${await catcher.listen(0)}`;
  route = createDirectRoute({ url: smtpUrl, from, print: printHere, log });
  await database.db('outbox').delete();
  buyer = await newBuyer();
});
afterEach(async () => {
  route.close();
  await catcher.close();
});

let buyers = 0;
async function newBuyer() {
  buyers += 1;
  const email = `buyer-${buyers}@seatdrop.test`;
  const [id = 0] = await database.db('users').insert({ email, name: 'Sam Shopper', password_hash: 'none' });
  return { id, email };
}

const sessionKeys = randomKeys();
const deps = (changes: Partial<RelayDeps> = {}): RelayDeps => ({
  db: database.db,
  publicUrl: new URL('https://seatdrop.test'),
  timeZone: 'Europe/Vienna',
  confirmsEmail: false,
  sessionKeys,
  inventory: noInventory,
  log,
  route,
  ...changes,
});
const order = (seats = ['0.1'], userId = buyer.id) => insertOrder(database.db, { dropId, userId, seats });
const idsCaught = () => catcher.mails.map(({ messageId }) => messageId);
/** Ends the pause before the next attempt. */
const letPassTime = () => database.db('outbox').update({ due_at: new Date(0) });

test('the mail says what was bought, by whom, and where it is to be seen', async () => {
  const id = await order(['0.10', '0.9']);
  await relayMails(deps());
  expect(catcher.mails).toMatchObject([
    { to: [buyer.email], messageId: `<order-paid.${id}@seatdrop.test>`, from },
  ]);
  const { text = '' } = catcher.mails[0] ?? {};
  expect(text).toMatch(/row 1, seat 9\n.*row 1, seat 10/);
  for (const fact of [
    'Sam Shopper',
    'A Night of Strings',
    'Old Mill',
    '90.00 EUR',
    `https://seatdrop.test/orders/${id}`,
  ])
    expect(text).toContain(fact);
  await relayMails(deps());
  expect(catcher.mails).toHaveLength(1);
});

test('the receipt of the order is attached, with the seller of the day it was paid', async () => {
  const { db } = database;
  const id = await order(['0.10', '0.9']);
  const facts = {
    seller: { name: 'Björk Konzerte', address: 'Straße 5' },
    buyer: 'Sam Shopper',
    event: { title: 'A Night', venue: 'Mill', startsAt: '2027-03-05T19:30:00.000Z', timeZone: null },
  };
  await db('orders')
    .where({ id })
    .update({ receipt: JSON.stringify(facts) });
  await relayMails(deps());
  const { attachments } = catcher.mails[0]!;
  expect(attachments.map(({ name }) => name)).toEqual([
    `seatdrop-receipt-${id}.pdf`,
    expect.stringMatching(/^seatdrop-event-\d+\.ics$/),
  ]);
  const { pages } = await readPdf(attachments[0]!.content);
  for (const fact of ['Björk Konzerte', 'Straße 5', 'at 20:30 CET', 'Total paid 90.00'])
    expect(pages[0]).toContain(fact);
});

test('no mail before the order is committed, and none for one that is not', async () => {
  const { db } = database;
  const committed = await db.transaction();
  const id = await insertOrder(committed, { dropId, userId: buyer.id, seats: ['0.1'] });
  const rolledBack = await db.transaction();
  await insertOrder(rolledBack, { dropId, userId: buyer.id, seats: ['0.2'] });
  await relayMails(deps());
  expect(catcher.mails).toEqual([]);
  await committed.commit();
  await rolledBack.rollback();
  await relayMails(deps());
  expect(idsCaught()).toEqual([`<order-paid.${id}@seatdrop.test>`]);
});

test('killed between sending and marking: it is sent again, under the same id', async () => {
  const id = await order();
  const script = join(import.meta.dirname, '../../testing/general/mail-relay-that-dies.ts');
  const relay: RelayArguments = { mysqlUrl: database.url, smtpUrl, from };
  const child = spawn(process.execPath, [script, JSON.stringify(relay)], { stdio: 'ignore' });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  expect(catcher.mails).toHaveLength(1);
  // Another process does not take it at once, since the first may still be sending it.
  await relayMails(deps());
  expect(catcher.mails).toHaveLength(1);
  await letPassTime();
  await relayMails(deps());
  const mailId = `<order-paid.${id}@seatdrop.test>`;
  expect(idsCaught()).toEqual([mailId, mailId]);
  expect(await readBacklog(database.db)).toMatchObject({ waiting: 0 });
});

test('several relays at once send each mail once', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 60; count += 1) ids.push(await order());
  await Promise.all(Array.from({ length: 4 }, () => relayMails(deps())));
  expect(new Set(idsCaught())).toEqual(new Set(ids.map((id) => `<order-paid.${id}@seatdrop.test>`)));
  expect(catcher.mails).toHaveLength(60);
});

test('while mails are on their way, checkout can write the next order', async () => {
  await order();
  let go: () => void = () => {};
  let begun: () => void = () => {};
  const sending = new Promise<void>((resolve) => (begun = resolve));
  const slow = new Promise<void>((resolve) => (go = resolve));
  const relaying = relayMails(
    deps({
      route: {
        ...route,
        async send(jobs) {
          begun();
          await slow;
          return route.send(jobs);
        },
      },
    }),
  );
  await sending;
  await order(['0.2']);
  go();
  await relaying;
  expect(catcher.mails).toHaveLength(2);
});

test('a mail that is refused waits longer each time, and the others go out', async () => {
  const other = await newBuyer();
  refused = buyer.email;
  const failing = await order();
  await order(['0.2'], other.id);
  const registry = createMetrics('general');
  const metrics = { mails: createMailMetrics(registry), news: createNewsMetrics(registry) };
  await relayMails(deps(), metrics);
  expect(catcher.mails).toMatchObject([{ to: [other.email] }]);
  const pauses: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const pause = database.db.raw<{ pause: number }>('timestampdiff(second, now(3), due_at) as pause');
    const row: { pause: number } | undefined = await database.db('outbox').whereNull('sent_at').first(pause);
    pauses.push(row?.pause ?? 0);
    await letPassTime();
    await expect(relayMails(deps())).rejects.toThrow('nothing of this group was accepted');
  }
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(pauses.at(-1)).toBeGreaterThan(pauses[0]! * 3);
  refused = undefined;
  await letPassTime();
  await relayMails(deps());
  expect(idsCaught()).toContain(`<order-paid.${failing}@seatdrop.test>`);
});

test('after a week of trying it is left for somebody to look at, who can have it sent', async () => {
  refused = buyer.email;
  await order();
  await database.db('outbox').update({ tries: 179 });
  await expect(relayMails(deps())).rejects.toThrow();
  expect(await readBacklog(database.db)).toMatchObject({ waiting: 0, givenUp: 1 });
  await letPassTime();
  await relayMails(deps());
  refused = undefined;
  await database.db('outbox').update({ given_up_at: null, tries: 0 });
  await relayMails(deps());
  expect(catcher.mails).toHaveLength(1);
});

test('a row that nobody can make a mail of does not hold up the others', async () => {
  await database.db('outbox').insert([
    { topic: 'order-paid', payload: '{"orderId":"none"}' },
    { topic: 'order-paid', payload: '[]' },
    { topic: 'weather', payload: '{}' },
  ]);
  await order();
  await relayMails(deps());
  expect(catcher.mails).toHaveLength(1);
  expect(await readBacklog(database.db)).toMatchObject({ waiting: 3 });
});

test('a refund is told too', async () => {
  const orderId = await order();
  await database.db('outbox').insert({ topic: 'order-refunded', payload: JSON.stringify({ orderId }) });
  await relayMails(deps());
  expect(new Set(idsCaught())).toEqual(
    new Set([`<order-paid.${orderId}@seatdrop.test>`, `<order-refunded.${orderId}@seatdrop.test>`]),
  );
  expect(catcher.mails.map(({ subject }) => subject)).toContain('Your money back for A Night of Strings');
});

test('a buyer is written to in the language that is known of them, else in English', async () => {
  await database.db('users').where({ id: buyer.id }).update({ locale: 'zh-Hant' });
  await order();
  await relayMails(deps());
  expect(catcher.mails.map(({ subject }) => subject)).toEqual(['你的座位：A Night of Strings']);
});

test('the time is told in the zone of the event, else in that of the system', async () => {
  const starts_at = new Date('2027-03-05T19:30:00Z');
  await database.db('events').update({ starts_at });
  await order();
  await relayMails(deps());
  await database.db('events').update({ time_zone: 'Asia/Taipei' });
  await order(['0.2']);
  await relayMails(deps());
  expect(catcher.mails.map(({ text }) => /\d\d:\d\d GMT\+\d|\d\d:\d\d \w+/.exec(text)?.[0])).toEqual([
    '20:30 CET',
    '03:30 GMT+8',
  ]);
});

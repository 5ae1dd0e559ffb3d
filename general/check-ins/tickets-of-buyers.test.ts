import request from 'supertest';
import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { readPdf } from '../../testing/receipt/read-pdf.ts';
import { relayMails } from '../duties/relay-mails.ts';
import { createAttachTickets } from '../mail/attach-tickets.ts';
import { createDirectRoute } from '../mail/direct-route.ts';
import { makeJobs } from '../mail/mail-jobs.ts';
import type { OutboxRow } from '../mail/outbox.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

type Order = { id: string; eventId: number; seats: { id: string; ticket: string; code: string }[] };

async function buy(quantity: number): Promise<Order & { buyer: TestUser }> {
  const drop = await system.openDrop(6);
  const buyer = await system.user();
  const { token } = await system.hold(drop, buyer, quantity);
  const checkout = { checkoutToken: token, payment: { token: 'tok_approved' } };
  const made = await request(system.app).post('/api/checkout').set(buyer.bearer).send(checkout).expect(201);
  const { id } = made.body as { id: string };
  const { body } = await request(system.app).get(`/api/orders/${id}`).set(buyer.bearer).expect(200);
  return { ...(body as Order), buyer };
}

const download = (id: string, by: TestUser) =>
  request(system.app).get(`/api/orders/${id}/tickets.pdf?locale=en`).set(by.bearer).buffer(true);
const refund = (id: string, seats: string[]) =>
  request(system.app)
    .post(`/api/orders/${id}/refund`)
    .set(system.organizer.bearer)
    .send({ seats })
    .expect(200);

test('the buyer downloads a page for each valid ticket; what is given back does not appear', async () => {
  const { id, seats, buyer } = await buy(3);
  const first = await download(id, buyer).expect(200).expect('content-type', 'application/pdf');
  expect(first.headers).toMatchObject({
    'content-disposition': `attachment; filename="seatdrop-tickets-${id}.pdf"`,
    'cache-control': 'private, no-cache',
  });
  const { pages } = await readPdf(first.body as Buffer);
  expect(pages).toHaveLength(3);
  for (const [at, { code }] of seats.entries()) {
    expect(pages[at]).toContain(code);
    expect(pages[at]).toContain(`Ticket ${at + 1} of 3`);
  }
  await download(id, buyer)
    .set('If-None-Match', first.headers['etag'] as string)
    .expect(304);

  const [gone, ...kept] = seats;
  await refund(id, [gone!.id]);
  const left = await readPdf((await download(id, buyer).expect(200)).body as Buffer);
  expect(left.pages).toHaveLength(2);
  expect(left.pages.join('\n')).not.toContain(gone!.code);
  expect(left.pages[0]).toContain('Ticket 1 of 2');
  await refund(
    id,
    kept.map((seat) => seat.id),
  );
  expect((await download(id, buyer).expect(409)).body).toMatchObject({ code: 'ticket_refunded' });
});

test('nobody else gets them, not even who sold them', async () => {
  const { id } = await buy(1);
  for (const by of [system.organizer, await system.user('admin'), await system.user()])
    expect((await download(id, by).expect(404)).body).toMatchObject({ code: 'not_found' });
  await request(system.app).get(`/api/orders/${id}/tickets.pdf`).expect(401);
});

test('a mail sent from here has tickets and calendar file; the job that a queue would get has no ticket', async () => {
  const catcher = new MailCatcher();
  const url = `smtp://127.0.0.1:${await catcher.listen(0)}`;
  const { db, ticketKeys, eventTimeZone: timeZone, log } = system.deps;
  const { print } = system.deps.receiptPrinter;
  const attachTickets = createAttachTickets({ db, ticketKeys, timeZone, print });
  const route = createDirectRoute({ url, from: 'tickets@seatdrop.test', print, attachTickets, log });
  try {
    await db('outbox').delete();
    const { id, eventId, seats } = await buy(2);
    const rows: OutboxRow[] = await db<OutboxRow>('outbox').select();
    const deps = { ...system.deps, timeZone };
    const jobs = JSON.stringify(await makeJobs(deps, rows));
    expect(jobs).toContain(id);
    for (const { ticket, code } of seats) {
      expect(jobs).not.toContain(ticket.split('.').at(-1));
      expect(jobs).not.toContain(code);
    }
    await relayMails({ ...deps, route });
    const { attachments } = catcher.mails[0]!;
    expect(attachments.map(({ name, type }) => [name, type])).toEqual([
      [`seatdrop-tickets-${id}.pdf`, 'application/pdf'],
      [`seatdrop-receipt-${id}.pdf`, 'application/pdf'],
      [`seatdrop-event-${eventId}.ics`, 'text/calendar'],
    ]);
    const { pages } = await readPdf(attachments[0]!.content);
    expect(pages.map((page, at) => page.includes(seats[at]!.code))).toEqual([true, true]);
    expect(attachments[2]!.content.toString()).toContain(`UID:event-${eventId}@`);

    // Given back before the mail went out: it goes without tickets.
    const late = await buy(1);
    await refund(late.id, [late.seats[0]!.id]);
    await db('outbox').whereNot({ topic: 'order-paid' }).delete();
    await relayMails({ ...deps, route });
    expect(catcher.mails[1]!.attachments.map(({ name }) => name)).toEqual([
      `seatdrop-receipt-${late.id}.pdf`,
      `seatdrop-event-${late.eventId}.ics`,
    ]);
  } finally {
    route.close();
    await catcher.close();
  }
});

test('the event as a calendar file: its instant, its text harmless, and the same event in every copy', async () => {
  const { eventId } = await buy(1);
  const title = 'A; B, C\\ <b>x</b>\r\nBEGIN:VALARM';
  const startsAt = new Date('2027-03-28T00:30:00Z');
  await system.db('events').where({ id: eventId }).update({
    title,
    venue: '國家音樂廳 https://evil.test/?a=1\nATTENDEE:mailto:x@evil.test',
    starts_at: startsAt,
    time_zone: 'Europe/Vienna',
  });
  const get = (query = '') => request(system.app).get(`/api/events/${eventId}/calendar.ics${query}`);
  const answer = await get('?locale=en').expect(200).expect('content-type', 'text/calendar; charset=utf-8');
  const lines = answer.text.replaceAll('\r\n ', '').split('\r\n');
  const { host, href } = new URL(`/events/${eventId}`, system.deps.publicUrl);
  expect(lines).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Seatdrop//Seatdrop//EN',
    'BEGIN:VEVENT',
    `UID:event-${eventId}@${host.replace(/:\d+$/, '')}`,
    'SEQUENCE:0',
    expect.stringMatching(/^DTSTAMP:\d{8}T\d{6}Z$/),
    'DTSTART:20270328T003000Z',
    'SUMMARY:A\\; B\\, C\\\\ <b>x</b>\\nBEGIN:VALARM',
    'LOCATION:國家音樂廳 https://evil.test/?a=1\\nATTENDEE:mailto:x@evil.test',
    // Half an hour before the clocks go forward.
    `DESCRIPTION:Sunday\\, 28 March 2027 at 01:30 CET\\n${href}`,
    `URL;VALUE=URI:${href}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ]);
  expect((await get('?locale=zh-Hant').expect(200)).text).toContain('2027年3月28日');
  await get('?locale=xx').expect(422);
  await request(system.app).get('/api/events/4294967295/calendar.ics').expect(404);
});

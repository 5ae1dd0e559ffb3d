import request from 'supertest';
import { loadDrop } from '../../shared/drops/drop.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createDrop, openDrop } from '../../testing/general/new-drop.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { readPdf } from '../../testing/receipt/read-pdf.ts';

let system: GeneralSystem;
let organizer: TestUser;
beforeAll(async () => {
  system = await startGeneralSystem();
}, 120_000);
beforeEach(async () => void (organizer = await system.user('organizer')));
afterAll(() => system.stop());
/** The last test causes a warning. */
let isQuiet = true;
afterEach(() => {
  if (isQuiet) system.assertQuiet();
});

const seller = {
  name: 'Björk Konzerte GmbH',
  address: 'Straße 5\n10623 Berlin',
  taxNumber: 'DE123456789',
};
const enter = (body: object) =>
  request(system.app).put('/api/seller').set(organizer.bearer).send(body).expect(200);

const ask = (id: string, by: TestUser, query = '?locale=en') =>
  request(system.app).get(`/api/orders/${id}/receipt.pdf${query}`).set(by.bearer);

async function receipt(id: string, by: TestUser, query?: string): Promise<Buffer> {
  const { body } = await ask(id, by, query).expect(200);
  return body as Buffer;
}

async function linesOf(pdf: Buffer): Promise<string[]> {
  return (await readPdf(pdf)).pages.join('\n').split('\n');
}

/** An order of two seats in a drop with fees and tax. */
async function bought(currency = 'EUR') {
  const { id: dropId, eventId } = await createDrop(system, organizer, {
    price: { amount: 5000, currency },
    fees: { perSeat: 150, perOrder: 300, percent: 0 },
    taxPercent: 19,
  });
  await openDrop(system, dropId);
  const buyer = await system.user();
  const { token } = await system.hold((await loadDrop(system.db, dropId))!, buyer, 2);
  const body = { checkoutToken: token, payment: { token: system.cards.approved } };
  const answer = await request(system.app).post('/api/checkout').set(buyer.bearer).send(body).expect(201);
  const { id, seats } = answer.body as { id: string; seats: { id: string }[] };
  return { id, seats, buyer, dropId, eventId };
}

test.each([
  ['EUR', '50.00', '6.00', '106.00', '16.92'],
  ['JPY', '5000', '600', '10600', '1692'],
  ['KWD', '5.000', '0.600', '10.600', '1.692'],
])('an order in %s has a receipt with every line of it', async (currency, seat, fees, total, tax) => {
  await enter(seller);
  const { id, buyer } = await bought(currency);
  const answer = await ask(id, buyer).expect(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename="seatdrop-receipt-${id}.pdf"`,
    'cache-control': 'private, no-cache',
  });
  const lines = await linesOf(answer.body as Buffer);
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringContaining(seller.name),
      expect.stringContaining('10623 Berlin'),
      seller.taxNumber,
      'shopper',
      'A Night of Strings',
      'Venue: Old Mill',
      `Item Amount (${currency})`,
      `Fees ${fees}`,
      `Total paid ${total}`,
      `Included tax (19%) ${tax}`,
    ]),
  );
  expect(lines.filter((line) => line.startsWith('Stalls, row 1'))).toEqual([
    expect.stringMatching(new RegExp(`seat \\d+ ${seat}$`)) as string,
    expect.stringMatching(new RegExp(`seat \\d+ ${seat}$`)) as string,
  ]);
  expect(lines.join()).toContain(`R-${id.toUpperCase()}`);
});

test('a receipt stays as it was, whatever changes later', async () => {
  await enter(seller);
  const { id, buyer, eventId } = await bought();
  // Not even looked at before the change.
  await enter({ name: 'Other Ltd', address: 'Elsewhere' });
  await request(system.app)
    .patch(`/api/events/${eventId}`)
    .set(organizer.bearer)
    .send({ title: 'Another Night', venue: 'Town Hall', timeZone: 'Asia/Tokyo' })
    .expect(200);
  await system.db('users').where({ id: buyer.userId }).update({ name: 'Someone Else' });
  const lines = await linesOf(await receipt(id, buyer));
  expect(lines.join('\n')).toContain(seller.taxNumber);
  expect(lines).toEqual(expect.arrayContaining(['shopper', 'A Night of Strings', 'Venue: Old Mill']));
  expect(lines.join('\n')).not.toMatch(/Other Ltd|Elsewhere|Another|Town Hall|Someone|Japan|GMT/);

  const later = await bought();
  expect((await linesOf(await receipt(later.id, later.buyer))).join('\n')).toContain('Other Ltd');
});

test('without a seller entered, it has the name of the organizer’s account', async () => {
  const { id, buyer } = await bought();
  const text = (await linesOf(await receipt(id, buyer))).join('\n');
  expect(text).toContain('\norganizerR-');
  expect(text).not.toContain('Tax number');
});

test('an order of the version before keeps what its first receipt said', async () => {
  const { id, buyer } = await bought();
  await system.db('orders').where({ id }).update({ receipt: null });
  await enter(seller);
  const [first] = await Promise.all([receipt(id, buyer), receipt(id, buyer)]);
  await enter({ name: 'Other Ltd', address: 'Elsewhere' });
  expect((await receipt(id, buyer)).equals(first)).toBe(true);
  expect((await linesOf(first)).join('\n')).toContain(seller.taxNumber);
});

test('what it says was given back is what the order says', async () => {
  const { id, seats, buyer } = await bought();
  const before = await receipt(id, buyer);
  await request(system.app)
    .post(`/api/orders/${id}/refund`)
    .set(organizer.bearer)
    .send({ seats: [seats[0]!.id] })
    .expect(200);
  const { body } = await request(system.app).get(`/api/orders/${id}`).set(buyer.bearer).expect(200);
  const refunded = (body as { refunded: { amount: number } }).refunded.amount / 100;
  expect(refunded).toBeGreaterThan(0);
  const after = await receipt(id, buyer);
  expect(after.equals(before)).toBe(false);
  expect(await linesOf(after)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/\(refunded\) 50\.00$/),
      expect.stringMatching(new RegExp(`^Refunded on .* UTC: 1 seat −${refunded.toFixed(2)}$`)),
      'Total paid 106.00',
      `Total refunded −${refunded.toFixed(2)}`,
      `Total after refunds ${(106 - refunded).toFixed(2)}`,
    ]),
  );
});

test('it is for the buyer, the organizer of the drop and admins; for others the order does not exist', async () => {
  const { id, buyer } = await bought();
  const own = await receipt(id, buyer);
  for (const by of [organizer, await system.user('admin')])
    expect((await receipt(id, by)).equals(own)).toBe(true);
  for (const by of [await system.user(), await system.user('organizer')])
    expect((await ask(id, by)).body).toMatchObject({ code: 'not_found' });
  expect((await request(system.app).get(`/api/orders/${id}/receipt.pdf`)).status).toBe(401);
  expect((await ask('aaaaaaaaaaaaaa-0', buyer)).status).toBe(404);
  expect((await ask(id, buyer, '?locale=de')).status).toBe(422);
});

test('its language is what the page says, or the browser', async () => {
  const { id, buyer } = await bought();
  const titleOf = async (query: string, accepted: string) => {
    const { body } = await ask(id, buyer, query).set('Accept-Language', accepted);
    return (await readPdf(body as Buffer)).title;
  };
  expect(await titleOf('?locale=zh-Hant', 'en')).toMatch(/^收據/);
  expect(await titleOf('', 'zh-TW')).toMatch(/^收據/);
  expect(await titleOf('', 'fr')).toMatch(/^Receipt/);
});

test('one that a browser has is not drawn again, unless it changed', async () => {
  const { id, buyer } = await bought();
  const { etag = '' } = (await ask(id, buyer).expect(200)).headers as { etag?: string };
  const print = jest.spyOn(system.deps.receiptPrinter, 'print');
  const { headers } = await ask(id, buyer).set('If-None-Match', etag).expect(304);
  expect(print).not.toHaveBeenCalled();
  print.mockRestore();
  expect(headers).toMatchObject({ etag, 'cache-control': 'private, no-cache' });
  await ask(id, buyer, '?locale=zh-Hant').set('If-None-Match', etag).expect(200);
  await request(system.app).post(`/api/orders/${id}/refund`).set(organizer.bearer).expect(200);
  await ask(id, buyer).set('If-None-Match', etag).expect(200);
});

test('while too many wait, the next is told to come again', async () => {
  const { id, buyer } = await bought();
  const waiting = jest.spyOn(system.deps.receiptPrinter, 'waiting').mockReturnValue(50);
  const { body, headers } = await ask(id, buyer).expect(503);
  expect(body).toMatchObject({ code: 'unavailable' });
  expect(headers).toMatchObject({ 'retry-after': '5', 'cache-control': 'no-store' });
  expect(headers).not.toHaveProperty('etag');
  waiting.mockRestore();
  await ask(id, buyer).expect(200);
  isQuiet = false;
});

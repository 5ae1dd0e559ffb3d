import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { eventually } from '../../testing/eventually.ts';
import { faults } from './axe.ts';
import type { VisitOptions } from './start-browser.ts';
import type { Person, WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

type Order = { id: string; eventId: number; seats: { ticket: string; ticketCode?: string }[] };

async function buy(quantity: number, name: string): Promise<{ buyer: Person; order: Order }> {
  const dropId = await system.drop();
  const buyer = await system.person('shopper', name);
  await buyer.enter(dropId, quantity);
  const { id } = await buyer.pay(dropId);
  return { buyer, order: await buyer.ask<Order>('GET', `/orders/${id}`) };
}

/** Opens the door of an event, which is years away. */
async function openDoor(
  eventId: number,
  { name, ...options }: { name?: string } & VisitOptions = {},
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.visit({ as: system.organizer, ...options });
  const page = await context.newPage();
  await page.goto(`/organize/events/${eventId}/check-in`);
  await page.getByRole('button', { name: /^(Check tickets anyway|仍要檢票)$/ }).click();
  await page.getByText(/Ready for a network failure|可因應網路中斷/).waitFor();
  if (name !== undefined) await page.getByLabel(/^(Name of this door|這個入口的名稱)$/).fill(name);
  return { context, page };
}

const field = (page: Page) => page.getByLabel(/^(Code, order number|代碼、訂單編號)/);
const shown = (page: Page, kind: string) => page.locator(`section[data-result="${kind}"]`);

async function type(page: Page, text: string, kind?: string): Promise<void> {
  await field(page).fill(text);
  await page.keyboard.press('Enter');
  if (kind !== undefined) await shown(page, kind).waitFor();
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SEATDROP_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Runs in the page before its scripts: no detector of its own, and a camera that sees a picture, askew and from afar. */
function cameraSees(url: string): void {
  delete (globalThis as { BarcodeDetector?: unknown }).BarcodeDetector;
  const getUserMedia = async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [960, 720];
    const image = new Image();
    image.src = url;
    await image.decode();
    const drawing = canvas.getContext('2d')!;
    setInterval(() => {
      drawing.setTransform(1, 0, 0, 1, 0, 0);
      drawing.fillStyle = '#777';
      drawing.fillRect(0, 0, canvas.width, canvas.height);
      drawing.setTransform(Math.cos(0.2), Math.sin(0.2), -Math.sin(0.2), Math.cos(0.2), 340, 160);
      drawing.drawImage(image, 0, 0, 320, (320 * image.height) / image.width);
    }, 50);
    return canvas.captureStream(20);
  };
  Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia } });
}

test('the camera of a browser without a detector of its own reads the code on the page of an order', async () => {
  const { buyer, order } = await buy(1, 'Robin Chen');
  const shopper = await browser.visit({ as: buyer, phone: true });
  const ticket = await shopper.newPage();
  await ticket.goto(`/orders/${order.id}`);
  const code = await ticket.getByRole('img', { name: /^Code for/ }).screenshot();
  await shopper.close();

  const context = await browser.visit({ as: system.organizer, phone: true });
  await context.addInitScript(cameraSees, `data:image/png;base64,${code.toString('base64')}`);
  const page = await context.newPage();
  const decoders: string[] = [];
  page.on('request', (request) => request.url().endsWith('.wasm') && decoders.push(request.url()));
  // Reached within the pages, the document has the policy of another page, which does not allow the decoder.
  await page.goto('/organize');
  await page.getByRole('heading', { name: 'Your events' }).waitFor();
  await page.evaluate((path) => {
    history.pushState(null, '', path);
    dispatchEvent(new PopStateEvent('popstate'));
  }, `/organize/events/${order.eventId}/check-in`);
  await page.getByRole('button', { name: 'Check tickets anyway' }).click();
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await page.getByRole('button', { name: 'Check tickets anyway' }).click();
  await shown(page, 'let_in').waitFor();
  await page.getByText('Floor, row 1, seat 5', { exact: true }).waitFor();
  await picture(page, 'door-camera-phone');
  expect(decoders).toEqual([expect.stringMatching(/\/assets\/zxing_reader-[\w-]+\.wasm$/)]);
  const decoder = await fetch(decoders[0]!);
  expect(decoder.headers.get('content-type')).toBe('application/wasm');
  expect(decoder.headers.get('content-encoding')).toBe('gzip');
  const policyOf = async (path: string) =>
    (await fetch(system.url + path)).headers.get('content-security-policy');
  expect(await policyOf(`/organize/events/${order.eventId}/check-in`)).toContain('wasm-unsafe-eval');
  expect(await policyOf('/organize')).not.toContain('unsafe-eval');
  await context.close();
});

test('one field takes a short code, a name, an order number or a seat; who was admitted can be taken back', async () => {
  const { order } = await buy(3, 'Noor Haddad');
  const { eventId } = order;
  const { context, page } = await openDoor(eventId, { name: 'North', phone: true });
  const codes: { code: string; seat_id: string }[] = await system
    .db('ticket_codes')
    .where({ event_id: eventId })
    .orderBy('seat_id');
  const { code } = codes.at(0)!;
  await type(page, ` ${code.slice(0, 4)}-${code.slice(4).toLowerCase()}`, 'let_in');
  await type(page, code, 'again');
  await page
    .getByText(/door “.?North.?”, on this device/)
    .first()
    .waitFor();

  await type(page, 'Haddad');
  const found = page.getByRole('region', { name: /Haddad/ });
  await found.getByRole('listitem').nth(2).waitFor();
  expect(await found.getByText('Used', { exact: true }).count()).toBe(1);
  await picture(page, 'door-found-phone');
  expect(await faults(page)).toEqual([]);
  await found.getByRole('button', { name: 'Admit' }).first().click();
  await shown(page, 'let_in').waitFor();
  await eventually(async () => expect(await found.getByText('Used', { exact: true }).count()).toBe(2));
  await found.getByRole('button', { name: 'Undo' }).first().click();
  await page.getByRole('button', { name: 'Undo check-in' }).click();
  await shown(page, 'undone').waitFor();
  await type(page, code, 'let_in');

  for (const text of [order.id, 'Floor 1 5']) {
    await type(page, text);
    await page.getByRole('region', { name: new RegExp(text) }).waitFor();
  }
  // The last one is taken back from where its result is shown.
  await type(page, code, 'again');
  await type(page, order.seats[2]!.ticket, 'let_in');
  await shown(page, 'let_in').getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Undo check-in' }).click();
  await shown(page, 'undone').waitFor();
  await type(page, 'nobody at all', 'invalid');
  await context.close();

  const other = await openDoor(eventId, { name: 'South' });
  await type(other.page, code, 'again');
  await other.page
    .getByText(/door “.?North.?”\. Do not admit/)
    .first()
    .waitFor();
  await other.page.getByRole('heading', { name: 'Let in by door' }).waitFor();
  await picture(other.page, 'door-again-desktop');
  await other.context.close();
});

test('two doors without network admit by the same ticket; both are settled once, and the second is shown as double', async () => {
  const { order } = await buy(2, 'Ada Byron');
  const { eventId } = order;
  const [first, second] = order.seats.map(({ ticket }) => ticket) as [string, string];
  const [north, south] = [
    await openDoor(eventId, { name: 'North' }),
    await openDoor(eventId, { name: '南門', phone: true, locale: 'zh-TW' }),
  ];
  for (const { context } of [north, south]) await context.setOffline(true);
  for (const { page } of [north, south]) {
    await page.locator('[data-door="offline"]').waitFor();
    await type(page, first, 'let_in');
    await page.locator('section[data-offline]').waitFor();
    await type(page, first, 'again');
    await type(page, `${first.slice(0, -1)}!`, 'invalid');
    await type(
      page,
      first.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')),
      'not_listed',
    );
    expect(await faults(page)).toEqual([]);
  }
  await type(south.page, second, 'let_in');
  await picture(south.page, 'door-offline-phone-zh');
  await picture(north.page, 'door-offline-desktop');
  await south.page.getByText(/有 .?2.? 筆入場紀錄等待傳送/).waitFor();

  await north.context.setOffline(false);
  await north.page.locator('[data-door]').waitFor({ state: 'detached' });
  // The server settles what the other door sends, but its answer is lost, and the page is loaded again.
  let lost = 0;
  await south.page.route('**/check-ins/batch', async (route) => {
    await route.fetch();
    lost += 1;
    await route.abort();
  });
  await south.context.setOffline(false);
  await eventually(() => expect(lost).toBeGreaterThan(0));
  await south.page.unrouteAll({ behavior: 'ignoreErrors' });
  await south.page.reload();
  const odd = south.page.locator('[data-odd="already_admitted"]');
  await odd.getByText(/North/).waitFor();
  await picture(south.page, 'door-double-phone-zh');
  expect(await faults(south.page)).toEqual([]);
  await odd.getByRole('button', { name: '完成' }).click();
  await odd.waitFor({ state: 'detached' });
  expect(await south.page.locator('[data-odd], [data-door]').count()).toBe(0);
  await south.page.getByText(/以已使用或已取消的票入場/).click();
  await south.page.getByText(/North/).last().waitFor();

  const counts = await system.organizer.ask('GET', `/events/${eventId}/check-ins`);
  expect(counts).toMatchObject({ sold: 2, checkedIn: 2, doubles: 1 });
  for (const { context } of [north, south]) await context.close();
});

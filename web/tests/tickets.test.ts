import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { eventually } from '../../testing/eventually.ts';
import { faults } from './axe.ts';
import { systemForTests, type Browser } from './system.ts';
import type { Person, WebSystem } from './start-web-system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

async function buy(quantity: number): Promise<{ buyer: Person; orderId: string; dropId: number }> {
  const dropId = await system.drop();
  const buyer = await system.person('shopper', '王小明 Robin');
  await buyer.enter(dropId, quantity);
  const { id } = await buyer.pay(dropId);
  return { buyer, orderId: id, dropId };
}

const codes = (page: Page) => page.getByRole('img', { name: /^Code for|的代碼|代碼/ });
const spoken = (page: Page) => page.locator('strong', { hasText: /^[1-9A-Z]{4}-[1-9A-Z]{4}$/ });

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SEATDROP_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** Runs in the page: until the service worker has kept its files and the page its order. */
async function untilKept(): Promise<void> {
  await navigator.serviceWorker.ready;
  for (;;) {
    const kept = await caches.match(`/api${location.pathname}`);
    if (kept && (await caches.match('/index.html'))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('tickets stay readable without network, and are gone once their owner has signed out', async () => {
  const { buyer, orderId } = await buy(2);
  const context = await browser.visit({ as: buyer, phone: true });
  const page = await context.newPage();
  await page.goto(`/orders/${orderId}`);
  await page.getByText('Ticket 2 of 2').waitFor();
  expect(await codes(page).count()).toBe(2);
  const shown = await spoken(page).allTextContents();
  expect(new Set(shown).size).toBe(2);
  await page.evaluate(untilKept);
  await picture(page, 'order-phone');

  await context.setOffline(true);
  await page.reload();
  await page.getByText(/This is the copy kept on this device/).waitFor();
  expect(await spoken(page).allTextContents()).toEqual(shown);
  expect(await codes(page).count()).toBe(2);
  expect(await page.getByRole('link', { name: /PDF/ }).count()).toBe(0);
  await picture(page, 'order-offline-phone');
  expect(await faults(page)).toEqual([]);

  // Back on the network the page is up to date by itself.
  await context.setOffline(false);
  await page.getByRole('link', { name: 'Tickets (PDF)' }).waitFor();

  // Other pages are not the service worker's.
  await page.goto('/');
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
  expect(await page.evaluate(() => caches.has('seatdrop-tickets'))).toBe(false);
  await context.setOffline(true);
  await page.goto(`/orders/${orderId}`);
  await page.getByRole('heading').or(page.getByRole('status')).first().waitFor();
  expect(await spoken(page).count()).toBe(0);
  expect(await page.content()).not.toContain(shown[0]);
  await context.close();
});

test('tickets that were given back are no longer kept, and another user finds none of the one before', async () => {
  const [first, second] = [await buy(1), await buy(1)];
  const context = await browser.visit({ as: first.buyer });
  const page = await context.newPage();
  await page.goto(`/orders/${first.orderId}`);
  await page.evaluate(untilKept);
  await context.addCookies([{ name: 'session', value: second.buyer.token, url: system.url }]);
  await page.goto(`/orders/${second.orderId}`);
  await page.getByText('Ticket 1 of 1').waitFor();
  await page.evaluate(untilKept);
  const paths = () =>
    page.evaluate(async () => {
      const requests = await (await caches.open('seatdrop-tickets')).keys();
      return requests
        .map(({ url }) => new URL(url).pathname)
        .filter((path) => path.startsWith('/api/orders'));
    });
  expect(await paths()).toEqual([`/api/orders/${second.orderId}`]);
  await picture(page, 'order-desktop');

  await system.organizer.ask('POST', `/orders/${second.orderId}/refund`);
  await page.reload();
  await page.getByText('Not valid for entry').waitFor();
  await eventually(async () => expect(await paths()).toEqual([]));
  await context.close();
});

test('in Chinese, and the files that the page offers are there', async () => {
  const { buyer, orderId } = await buy(2);
  const context = await browser.visit({ as: buyer, phone: true, locale: 'zh-TW' });
  const page = await context.newPage();
  await page.goto(`/orders/${orderId}`);
  await page.getByText('門票 1／2').waitFor();
  await picture(page, 'order-phone-zh');
  for (const [name, file] of [
    ['門票（PDF）', `seatdrop-tickets-${orderId}.pdf`],
    ['加入行事曆', /^seatdrop-event-\d+\.ics$/],
  ] as const) {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name }).click();
    expect((await download).suggestedFilename()).toEqual(expect.stringMatching(file));
  }
  await context.close();
});

test('the service worker is asked for anew at each update, and loads nothing before an order was opened', async () => {
  const answer = await fetch(`${system.url}/sw.js`);
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  expect(answer.headers.get('content-type')).toBe('text/javascript');
  expect(answer.headers.get('content-security-policy')).toContain("worker-src 'self'");
  const context = await browser.visit({ as: await system.person() });
  const page = await context.newPage();
  await page.goto('/orders');
  await page.getByRole('heading').first().waitFor();
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  await context.close();
});

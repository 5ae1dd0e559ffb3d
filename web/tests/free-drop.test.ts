import { readFileSync } from 'node:fs';
import { readPdf } from '../../testing/receipt/read-pdf.ts';
import { en } from '../src/i18n/en.ts';
import { withoutMoney } from '../src/i18n/without-money.ts';
import { zhHant } from '../src/i18n/zh-hant.ts';
import { visitDrop, untilStage } from './start-browser.ts';
import type { WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

const price = { amount: 0, currency: 'EUR' };

test.each([
  { locale: 'en-GB', text: withoutMoney(en), receipt: 'Receipt (PDF)', free: 'Free of charge' },
  { locale: 'zh-TW', text: withoutMoney(zhHant), receipt: '收據（PDF）', free: '免費' },
])('from the button to the tickets of seats that cost nothing, on a phone ($locale)', async (visit) => {
  const { text, locale } = visit;
  const dropId = await system.drop({ price });
  const me = await system.person();
  const context = await browser.visit({ as: me, phone: true, locale });
  const page = await visitDrop(context, dropId);
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.url()));

  await page.getByRole('radio', { name: 'Cello' }).check();
  await page.getByRole('button', { name: text.drop.buy(2, '') }).click();
  await untilStage(page, 'held');
  await page.getByRole('heading', { name: text.held.title(2) }).waitFor();
  expect(await me.entry(dropId)).toMatchObject({ status: 'held' });
  await page.getByRole('button', { name: text.free.take }).click();
  await untilStage(page, 'paid');
  await page.getByRole('heading', { name: text.paid.title }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);

  await page.getByRole('link', { name: text.paid.show }).click();
  await page.getByRole('heading', { name: text.order.title }).waitFor();
  await page.getByRole('img', { name: /Floor/ }).nth(1).waitFor();
  expect(await page.getByRole('img', { name: /Floor/ }).count()).toBe(2);
  await page.getByText(new RegExp(`· ${text.free.price}$`)).waitFor();
  // No page of a payment provider was loaded.
  expect(sent.filter((url) => /sandbox-payments|assets\/(sandbox|stripe|payu)/.test(url))).toEqual([]);
  const orders = await me.ask<{ items: [{ id: string }] }>('GET', '/orders');
  expect(orders.items).toMatchObject([{ status: 'paid', amount: price, seats: [{}, {}] }]);

  const [{ id }] = orders.items;
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: visit.receipt }).click();
  expect((await download).suggestedFilename()).toBe(`seatdrop-receipt-${id}.pdf`);
  const { pages } = await readPdf(readFileSync(await (await download).path()));
  expect(pages).toEqual([expect.stringContaining(`R-${id.toUpperCase()}`)]);
  expect(pages[0]).toContain(visit.free);
  await context.close();
});

test('an organizer sets a price of 0 in the form, and sees that nothing will be paid', async () => {
  const eventId = await system.announce();
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/events/${eventId}/drops/new`);
  await page.getByRole('textbox', { name: 'Price per seat' }).fill('0');
  await page.getByText('Free: without fees, buyers get their tickets without paying.').waitFor();
  await page.getByRole('textbox', { name: 'Price per seat' }).fill('1');
  expect(await page.getByText('Free: without fees').count()).toBe(0);
  await context.close();
});

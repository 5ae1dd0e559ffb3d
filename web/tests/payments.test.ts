import { answerBank, buy, cardsOn, payWith, untilStage, visitDrop } from './start-browser.ts';
import type { Person, WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

type Terms = Parameters<WebSystem['drop']>[0];

/** A buyer with seats, on the pay page. */
async function onPayPage(terms: Terms = {}, options: Parameters<Browser['visit']>[0] = {}) {
  const dropId = await system.drop(terms);
  const me = await system.person();
  await me.enter(dropId, 1);
  const context = await browser.visit({ as: me, ...options });
  const page = await context.newPage();
  await page.goto(`/drops/${dropId}/pay`);
  return { dropId, me, context, page };
}

const ordersOf = async (me: Person) => (await me.ask<{ items: object[] }>('GET', '/orders')).items;

test('a purchase whose bank asks: refused, then approved, inside the page', async () => {
  const { page, me, context } = await onPayPage();
  await payWith(page, /^Bank asks/);
  await page.getByText('Your bank asks you to confirm this payment.').waitFor();
  await answerBank(page, 'Refuse');
  await page.getByText('The card was declined. Nothing was charged').waitFor();
  await payWith(page, /^Bank asks/);
  await answerBank(page, 'Approve');
  await untilStage(page, 'paid');
  expect(await ordersOf(me)).toHaveLength(1);
  await context.close();
});

test('declined, then paid, with the same seats', async () => {
  const { page, me, dropId, context } = await onPayPage();
  const { seats } = await me.entry(dropId);
  await payWith(page, /^Declined/);
  await page.getByText('The card was declined. Nothing was charged').waitFor();
  expect(await me.entry(dropId)).toMatchObject({ status: 'paying', seats });
  await payWith(page, /^Approved/);
  await untilStage(page, 'paid');
  expect(await me.entry(dropId)).toMatchObject({ status: 'sold', seats });
  expect(await ordersOf(me)).toHaveLength(1);
  await context.close();
});

test('a payment that nobody completes is released in time, and the next in standby gets the seat', async () => {
  const one = { sections: [{ name: 'Floor', rows: 1, seatsPerRow: 1 }] };
  const { page, dropId, context } = await onPayPage({ ...one, holdSeconds: 5, paySeconds: 8 });
  await cardsOn(page);
  const next = await system.person();
  await next.enter(dropId, 1);
  const other = await browser.visit({ as: next });
  const theirs = await visitDrop(other, dropId);
  await untilStage(theirs, 'standby');
  await untilStage(page, 'released');
  await page.getByRole('heading', { name: 'Your payment was not completed' }).waitFor();
  await untilStage(theirs, 'held');
  await Promise.all([context.close(), other.close()]);
});

test('loaded again in the middle, the page goes on where the payment stands', async () => {
  const { page, me, context } = await onPayPage();
  await cardsOn(page);
  await page.reload();
  await payWith(page, /^Declined/);
  await page.getByText('The card was declined').waitFor();
  await page.reload();
  // Also what became of the last card is not forgotten.
  await page.getByText('The card was declined').waitFor();
  await payWith(page, /^Bank asks/);
  await page.getByText('Your bank asks you').waitFor();
  await page.reload();
  await answerBank(page, 'Approve');
  await untilStage(page, 'paid');
  expect(await ordersOf(me)).toHaveLength(1);
  await context.close();
});

test('left by Back, the payment waits; it goes on by Pay, and on another device', async () => {
  const { page, me, dropId, context } = await onPayPage();
  await payWith(page, /^Bank asks/);
  await page.getByText('Your bank asks you').waitFor();
  await page.getByRole('link', { name: 'Back to your seats' }).click();
  await page.getByRole('heading', { name: 'This seat is yours to buy' }).waitFor();
  const phone = await browser.visit({ as: me, phone: true });
  const there = await visitDrop(phone, dropId);
  await there.getByRole('link', { name: /^Pay / }).click();
  await answerBank(there, 'Approve');
  // The first device learns of it by itself.
  await Promise.all([untilStage(there, 'paid'), untilStage(page, 'paid')]);
  expect(await ordersOf(me)).toHaveLength(1);
  await Promise.all([context.close(), phone.close()]);
});

test('two tabs pay once', async () => {
  const { page, me, dropId, context } = await onPayPage();
  const second = await context.newPage();
  await second.goto(`/drops/${dropId}/pay`);
  // Chromium draws the tab in front only, so a card is chosen in each before any is sent.
  await second.bringToFront();
  await (await cardsOn(second)).getByRole('radio', { name: /^Approved/ }).check();
  await page.bringToFront();
  await payWith(page, /^Slow/);
  // The first card is decided after two seconds, the second one meanwhile.
  await second.getByRole('button', { name: /^Pay / }).evaluateAll(([pay]) => (pay as HTMLElement).click());
  await second.bringToFront();
  await Promise.all([untilStage(page, 'paid'), untilStage(second, 'paid')]);
  expect(await ordersOf(me)).toHaveLength(1);
  await context.close();
});

test('a lost answer is asked for: charged once, though the provider’s answer never came', async () => {
  const { page, me, context } = await onPayPage();
  await payWith(page, /^Lost response/);
  await untilStage(page, 'paid');
  expect(await ordersOf(me)).toHaveLength(1);
  await context.close();
});

test('without a connection nothing is sent, and back online the payment goes on', async () => {
  const { page, context } = await onPayPage();
  const frame = await cardsOn(page);
  await frame.getByRole('radio', { name: /^Approved/ }).check();
  await context.setOffline(true);
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByText('We could not reach the server.').waitFor();
  await context.setOffline(false);
  await page.getByRole('button', { name: /^Pay / }).click();
  await untilStage(page, 'paid');
  await context.close();
});

test('seats are given back in the middle of a payment, after a question', async () => {
  const { page, me, dropId, context } = await onPayPage();
  await payWith(page, /^Bank asks/);
  await page.getByText('Your bank asks you').waitFor();
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('button', { name: 'Give back seats' }).click();
  await page.getByRole('heading', { name: 'You gave your seats back' }).waitFor();
  expect((await me.entry(dropId)).status).toBe('released');
  await context.close();
});

test('in Chinese the provider’s frames are Chinese too', async () => {
  const { page, context } = await onPayPage({}, { locale: 'zh-TW' });
  const frame = page.frameLocator('iframe[src^="/sandbox-payments/frame/cards"]');
  await frame.getByRole('radio', { name: /^銀行驗證/ }).check();
  await page.getByRole('button', { name: /^付款/ }).click();
  await page.getByText('銀行請你確認這筆付款').waitFor();
  const bank = page.frameLocator('iframe[src^="/sandbox-payments/frame/challenge"]');
  await bank.getByRole('button', { name: '同意', exact: true }).click();
  await untilStage(page, 'paid');
  await context.close();
});

test('from Buy to the tickets with the keyboard alone', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person() });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  await buy(page, 1);
  await untilStage(page, 'held');
  await page.getByRole('link', { name: /^Pay / }).press('Enter');
  const frame = await cardsOn(page);
  // Enter on a card pays with it, as it does in a form.
  await frame.getByRole('radio', { name: /^Approved/ }).press('Enter');
  await untilStage(page, 'paid');
  await context.close();
});

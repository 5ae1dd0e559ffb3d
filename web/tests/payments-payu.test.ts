import { payuAccount } from '../../testing/general/payu-book.ts';
import { startPayu, type TestPayu } from '../../testing/general/start-payu.ts';
import { untilStage, visitDrop } from './start-browser.ts';
import type { Person, WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
let payu: TestPayu;
let sendsWebhooks = false;
systemForTests(
  (started) => ({ system, browser } = started),
  async () => {
    payu = await startPayu({
      webhookUrl: () => (sendsWebhooks ? `${system.url}/api/payments/webhook` : undefined),
    });
    return {
      generalSettings: {
        PAYMENT_PROVIDER: 'payu',
        PAYU_KEY: payuAccount.key,
        PAYU_SALT: payuAccount.salt,
        PAYU_URL: payu.url,
      },
    };
  },
);
afterAll(() => payu?.stop());
afterEach(() => {
  sendsWebhooks = false;
});

async function held() {
  const dropId = await system.drop({ price: { amount: 450_000, currency: 'INR' } });
  const me = await system.person();
  await me.enter(dropId, 1);
  const context = await browser.visit({ as: me });
  return { dropId, me, context, page: await visitDrop(context, dropId) };
}

type Page = Awaited<ReturnType<typeof held>>['page'];

/** From the pay page to PayU's, which is not ours. */
async function leave(page: Page): Promise<void> {
  await page.getByLabel('Phone number').fill('9876543210');
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByRole('heading', { name: 'Pay ₹4500.00' }).waitFor();
  expect(page.url()).toBe(`${payu.url}/_payment`);
}

const ordersOf = async (me: Person) => (await me.ask<{ items: object[] }>('GET', '/orders')).items;

test('a purchase at PayU: declined, cancelled, then paid, and back at the sale with the tickets', async () => {
  const { page, me, dropId, context } = await held();
  await untilStage(page, 'held');
  await page.getByRole('link', { name: /^Pay / }).click();
  for (const choice of ['Pay with a card that is declined', 'Cancel']) {
    await leave(page);
    await page.getByRole('button', { name: choice, exact: true }).click();
    await page.getByText('The card was declined. Nothing was charged').waitFor();
    expect(new URL(page.url()).pathname).toBe(`/drops/${dropId}/pay`);
  }
  await leave(page);
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await untilStage(page, 'paid');
  expect(new URL(page.url()).pathname).toBe(`/drops/${dropId}`);
  expect(await ordersOf(me)).toMatchObject([
    { status: 'paid', amount: { amount: 450_000, currency: 'INR' } },
  ]);
  await context.close();
});

test('PayU’s page is left by Back: the seats are still there, and it can be paid', async () => {
  const { page, me, dropId, context } = await held();
  await page.goto(`/drops/${dropId}/pay`);
  await leave(page);
  await page.goBack();
  await leave(page);
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await untilStage(page, 'paid');
  expect(await ordersOf(me)).toHaveLength(1);
  await context.close();
});

test('the buyer pays and closes the page: the webhook makes the order', async () => {
  sendsWebhooks = true;
  const { page, me, dropId, context } = await held();
  await page.goto(`/drops/${dropId}/pay`);
  await leave(page);
  await page.route('**/api/payments/return', (route) => route.abort());
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  const other = await visitDrop(context, dropId);
  await untilStage(other, 'paid');
  expect(await ordersOf(me)).toHaveLength(1);
  await context.close();
});

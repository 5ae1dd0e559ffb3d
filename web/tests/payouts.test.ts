/** With Stripe Connect an organizer connects an account, and the money of a sale goes to it. */
import { enableAccount } from '../../testing/general/stripe-accounts.ts';
import { startStripe, type TestStripe } from '../../testing/general/start-stripe.ts';
import { untilStage, visitDrop } from './start-browser.ts';
import type { WebSystem } from './start-web-system.ts';
import { payByStripe, routeStripe, stripeSettings } from './stripe-in-browser.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
let stripe: TestStripe;
systemForTests(
  (started) => ({ system, browser } = started),
  async () => {
    stripe = await startStripe();
    return {
      generalSettings: {
        ...stripeSettings(stripe),
        STRIPE_CONNECT: 'on',
        STRIPE_CONNECT_WEBHOOK_SECRET: 'whsec_of_accounts_0123456789',
      },
    };
  },
);
afterAll(() => stripe?.stop());

test('an organizer connects an account at Stripe, comes back, and is paid', async () => {
  const context = await browser.visit({ as: system.organizer });
  // Stripe's page, on which the organizer gives all details, and which then leads back.
  await context.route('https://connect.stripe.test/**', async (route) => {
    for (const account of stripe.accounts.values()) enableAccount(account);
    const { form } = stripe.asked.findLast(({ path }) => path === '/v1/account_links')!;
    await route.fulfill({
      contentType: 'text/html',
      body: `<a href="${form['return_url']!}">Return to Seatdrop</a>`,
    });
  });
  const page = await context.newPage();
  await page.goto('/organize');
  await page.getByRole('link', { name: 'Payouts' }).click();
  await page.getByRole('button', { name: 'Connect an account' }).click();
  await page.getByRole('link', { name: 'Return to Seatdrop' }).click();
  await page.getByRole('heading', { name: 'You can be paid' }).waitFor();
  await context.close();

  const dropId = await system.drop();
  const buyer = await system.person();
  await buyer.enter(dropId, 1);
  const visit = await browser.visit({ as: buyer });
  await routeStripe(visit, stripe);
  const payPage = await visitDrop(visit, dropId);
  await payPage.goto(`/drops/${dropId}/pay`);
  await payByStripe(payPage, 'pm_card_visa');
  await untilStage(payPage, 'paid');
  const [account] = stripe.accounts.values();
  expect([...stripe.intents.values()]).toMatchObject([
    { status: 'succeeded', transfer_data: { destination: account!.id } },
  ]);
  await visit.close();
});

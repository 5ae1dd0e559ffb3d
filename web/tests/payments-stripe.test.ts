import { eventually } from '../../testing/eventually.ts';
import { startStripe, type Intent, type TestStripe } from '../../testing/general/start-stripe.ts';
import { untilStage, visitDrop, watchStages } from './start-browser.ts';
import type { Person, WebSystem } from './start-web-system.ts';
import { bankOn, payByStripe, routeStripe, stripeSettings } from './stripe-in-browser.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
let stripe: TestStripe;
systemForTests(
  (started) => ({ system, browser } = started),
  async () => {
    stripe = await startStripe();
    return {
      generalSettings: stripeSettings(stripe),
    };
  },
);
afterAll(() => stripe?.stop());

/** Begun before the other tests and looked at after them, since its time to pay runs out meanwhile. */
let abandoned: {
  dropId: number;
  me: Person;
  payment: Intent;
  stagesOfNext: () => Promise<string[]>;
  close: () => Promise<void>;
};
beforeAll(async () => {
  // The hold lasts no longer than the time to pay, so it ends with it.
  const { page, context, dropId, me } = await held({
    sections: [{ name: 'Floor', rows: 1, seatsPerRow: 1 }],
    holdSeconds: 15,
    paySeconds: 15,
  });
  await page.goto(`/drops/${dropId}/pay`);
  await payByStripe(page, 'pm_card_authenticationRequired');
  await bankOn(page).getByRole('button', { name: 'Complete' }).waitFor();
  await context.close();
  const [payment] = stripe.intents.values();
  const next = await system.person();
  await next.enter(dropId, 1);
  const other = await browser.visit({ as: next });
  const theirs = await visitDrop(other, dropId);
  await untilStage(theirs, 'standby');
  const stagesOfNext = await watchStages(theirs);
  abandoned = { dropId, me, payment: payment!, stagesOfNext, close: () => other.close() };
}, 60_000);

async function held(terms: Parameters<WebSystem['drop']>[0] = {}) {
  const dropId = await system.drop(terms);
  const me = await system.person();
  await me.enter(dropId, 1);
  const context = await browser.visit({ as: me });
  const asked = await routeStripe(context, stripe);
  return { dropId, me, context, asked, page: await visitDrop(context, dropId) };
}

test('by a link the pay page is loaded as a document of its own, with the policy that lets Stripe in', async () => {
  const { page, context, asked, dropId } = await held();
  await untilStage(page, 'held');
  expect(asked).toEqual([]);
  const loads: string[] = [];
  page.on('domcontentloaded', () => loads.push(new URL(page.url()).pathname));
  await page.getByRole('link', { name: /^Pay / }).click();
  await payByStripe(page, 'pm_card_visa');
  await untilStage(page, 'paid');
  expect(loads).toEqual([`/drops/${dropId}/pay`]);
  await context.close();
});

test('a declined card, then one whose bank asks: refused, loaded again, approved', async () => {
  const { page, context, dropId, me } = await held();
  await page.goto(`/drops/${dropId}/pay`);
  await payByStripe(page, 'pm_card_chargeDeclined');
  await page.getByText('The card was declined. Nothing was charged').waitFor();
  await payByStripe(page, 'pm_card_authenticationRequired');
  await bankOn(page).getByRole('button', { name: 'Fail' }).click();
  await page.getByText('The card was declined. Nothing was charged').waitFor();
  await payByStripe(page, 'pm_card_authenticationRequired');
  await bankOn(page).getByRole('button', { name: 'Complete' }).waitFor();
  await page.reload();
  await bankOn(page).getByRole('button', { name: 'Complete' }).click();
  await untilStage(page, 'paid');
  expect((await me.ask<{ items: object[] }>('GET', '/orders')).items).toHaveLength(1);
  await context.close();
});

test('a form that is not complete is said, and nothing is sent', async () => {
  const { page, context, dropId, me } = await held();
  await page.goto(`/drops/${dropId}/pay`);
  await page.frameLocator('iframe[src$="/frame/element"]').getByRole('radio').first().waitFor();
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByText('Your card number is incomplete.').waitFor();
  expect((await me.entry(dropId)).status).toBe('paying');
  await context.close();
});

test('where Stripe cannot be reached the page says so, and the seats can be given back', async () => {
  const { page, context, dropId, me } = await held();
  await context.route('https://js.stripe.com/**', (route) => route.abort());
  await page.goto(`/drops/${dropId}/pay`);
  await page.getByText('The payment form did not load.').waitFor();
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('button', { name: 'Give back seats' }).click();
  await page.getByRole('heading', { name: 'You gave your seats back' }).waitFor();
  expect((await me.entry(dropId)).status).toBe('released');
  await context.close();
});

test('a payment left while the bank asks is cancelled at Stripe in time, and the next in standby gets the seat', async () => {
  const { dropId, me, payment, stagesOfNext, close } = abandoned;
  // All stages are recorded, so a hold that has ended again on a slow machine counts too.
  await eventually(async () => (await stagesOfNext()).includes('held'), 60_000);
  expect(payment.status).toBe('canceled');
  expect((await me.entry(dropId)).status).toBe('released');
  expect((await me.ask<{ items: object[] }>('GET', '/orders')).items).toEqual([]);
  await close();
});

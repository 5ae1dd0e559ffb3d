import { inSeconds, type WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

test('an organizer refunds one seat of an order, and sees what became of each', async () => {
  const dropId = await system.drop();
  const buyer = await system.person('shopper', 'Robin Vale');
  await buyer.enter(dropId, 2);
  const { id } = await buyer.pay(dropId);
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/drops/${dropId}/orders`);
  await page.getByText('Floor, row 1: 5, 6').waitFor();
  await page.getByRole('button', { name: 'Refund', exact: true }).click();
  await page.getByText('Robin Vale gets €130 back.').waitFor();
  const first = page.getByRole('checkbox', { name: 'Floor, row 1, seat 5' });
  const second = page.getByRole('checkbox', { name: 'Floor, row 1, seat 6' });
  await first.uncheck();
  await second.uncheck();
  await page.getByRole('button', { name: /^Refund €0/ }).click();
  await page.getByText('Choose at least one seat.').waitFor();
  await second.check();
  await page.getByText('Robin Vale gets €65 back.').waitFor();
  await page.getByRole('button', { name: 'Refund €65' }).click();
  await page.getByText('Refunded: Floor, row 1: 6').waitFor();
  await page.getByText('€65 refunded').waitFor();
  await page.getByText('Floor, row 1: 5', { exact: true }).waitFor();
  expect(await buyer.entry(dropId)).toMatchObject({ status: 'sold', seats: ['0.5'] });

  // A refund that the provider does not carry out.
  await system.db('refunds').insert({
    order_id: id,
    number: 2,
    amount: 6500,
    currency: 'EUR',
    reason: 'organizer',
    status: 'due',
    failure: 'insufficient_funds',
    tries: 3,
  });
  await system.db('payment_attempts').where({ hold_id: id }).update({ provider: 'gone' });
  await page.getByText('The payment provider did not refund €65').waitFor();
  await context.close();
});

test('a buyer sees before buying that tickets can be returned, and returns one', async () => {
  const dropId = await system.drop({ returns: { until: inSeconds(80_000), keepPercent: 10 } });
  const buyer = await system.person('shopper', 'Kim Park');
  const context = await browser.visit({ as: buyer });
  const page = await context.newPage();
  await page.goto(`/drops/${dropId}`);
  await page.getByText(/^Tickets can be returned until .+; you get back 90%\.$/).waitFor();
  await buyer.enter(dropId, 2);
  const { id } = await buyer.pay(dropId);
  await page.goto(`/orders/${id}`);
  await page.getByText('you get back 90%').waitFor();
  await page.getByRole('button', { name: 'Return tickets' }).click();
  await page.getByRole('button', { name: /^Return for/ }).click();
  await page.getByText('Choose at least one ticket.').waitFor();
  await page.getByRole('checkbox', { name: 'Floor, row 1, seat 5' }).check();
  await page.getByText('You get €58.50 back.').waitFor();
  await page.getByRole('button', { name: 'Return for €58.50' }).click();
  await page.getByText('€58.50 refunded').waitFor();
  await page.getByText('Not valid for entry').waitFor();
  expect(await page.getByRole('img', { name: /^Code for/ }).count()).toBe(1);
  expect(await buyer.entry(dropId)).toMatchObject({ status: 'sold', seats: ['0.6'] });
  await context.close();
});

test('an organizer sets until when tickets can be returned', async () => {
  const dropId = await system.drop({ opensAt: inSeconds(3600) });
  const context = await browser.visit({ as: system.organizer });
  const page = await context.newPage();
  await page.goto(`/organize/drops/${dropId}/edit`);
  const until = page.getByLabel('Tickets can be returned until');
  await until.fill('2020-05-04T10:00');
  await page.getByLabel('You keep (percent)').fill('101');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Must be after the sale opens.').waitFor();
  await page.getByText('At most 100.').waitFor();
  await until.fill('2041-05-01T10:00');
  await page.getByLabel('You keep (percent)').fill('15');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(`**/organize/drops/${dropId}`);
  expect(await system.organizer.ask('GET', `/drops/${dropId}`)).toMatchObject({
    returns: { until: '2041-05-01T09:00:00.000Z', keepPercent: 15 },
  });
  await context.close();
});

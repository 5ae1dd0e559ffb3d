import { hashPassword } from '../../general/accounts/passwords.ts';
import { calm, faults } from './axe.ts';
import type { WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

const password = 'correct horse battery';

test('a banned buyer signs in, sees the tickets and whom to write to, and is told what is not possible', async () => {
  const [admin, buyer] = [await system.person('admin'), await system.person('shopper', 'Bea Buyer')];
  await system
    .db('users')
    .where({ id: buyer.id })
    .update({ password_hash: await hashPassword(password) });
  const dropId = await system.drop();
  await buyer.enter(dropId, 2);
  const { id: orderId } = await buyer.pay(dropId);
  await admin.ask('POST', `/users/${buyer.id}/ban`, { reason: 'Resells tickets' });

  const context = await browser.visit({ ...calm, as: buyer });
  const page = await context.newPage();
  await page.goto(`/signin?next=/drops/${dropId}`);
  await page.getByLabel('E-mail').fill(buyer.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();

  // Not to the drop, to which a banned user has no access.
  await page.getByRole('heading', { name: 'My tickets' }).waitFor();
  await page.getByText('This account is blocked and cannot buy').waitFor();
  await page.getByRole('link', { name: 'The Lanterns' }).click();
  await page.getByRole('link', { name: system.organizer.email }).waitFor();
  expect(page.url()).toContain(orderId);
  expect(await page.getByRole('img', { name: /^Code for/ }).count()).toBe(2);
  expect(await faults(page)).toEqual([]);

  await page.goto(`/drops/${dropId}`);
  await page.getByText('This account is blocked and cannot take part in sales.').waitFor();
  expect(await page.getByRole('link', { name: /Sign in/ }).count()).toBe(0);
  expect(await faults(page)).toEqual([]);
  await page.getByRole('link', { name: 'Show my tickets' }).click();
  await page.getByRole('heading', { name: 'My tickets' }).waitFor();
  await context.close();
});

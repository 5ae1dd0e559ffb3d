import { hashPassword } from '../../general/accounts/passwords.ts';
import { calm, faults } from './axe.ts';
import type { WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

const password = 'correct horse battery';

test('after ten wrong passwords from this address the page solves the challenge and signs in', async () => {
  const person = await system.person('shopper', 'Sam Stranger');
  await system
    .db('users')
    .where({ id: person.id })
    .update({ password_hash: await hashPassword(password) });
  const attempt = (word: string) =>
    fetch(`${system.url}/api/auth/signin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: person.email, password: word }),
    });
  for (let count = 0; count < 10; count += 1) expect((await attempt('a wild guess')).status).toBe(401);
  expect((await attempt(password)).status).toBe(429);

  const context = await browser.visit(calm);
  const page = await context.newPage();
  await page.goto('/signin?next=/orders');
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  const answers: number[] = [];
  page.on('response', (response) => {
    if (response.url().endsWith('/api/auth/signin')) answers.push(response.status());
  });
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'No tickets yet' }).waitFor();
  expect(answers).toEqual([429, 200]);
  expect(await faults(page)).toEqual([]);

  // From now on the server knows this browser.
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto('/signin?next=/orders');
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'No tickets yet' }).waitFor();
  expect(answers.at(-1)).toBe(200);
  await context.close();
});

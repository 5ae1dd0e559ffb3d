import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { hashPassword } from '../../general/accounts/passwords.ts';
import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { eventually } from '../../testing/eventually.ts';
import { buy, payWith, untilStage } from './start-browser.ts';
import { inSeconds, type WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

const catcher = new MailCatcher();
let system: WebSystem;
let browser: Browser;
systemForTests(
  (started) => ({ system, browser } = started),
  async () => ({
    generalSettings: {
      SMTP_URL: `smtp://127.0.0.1:${await catcher.listen(0)}`,
      MAIL_FROM: 'tickets@seatdrop.test',
      CONFIRM_EMAIL: 'yes',
    },
  }),
);
afterAll(() => catcher.close());

const fill = (page: Page, label: string, text: string) =>
  page.getByRole('textbox', { name: label, exact: true }).fill(text);

/** The link to this page in the newest mail to this address that has one. */
const linkFor = (email: string, path = 'reset') =>
  eventually(() => {
    const mail = catcher.mails.findLast(({ to, text }) => to[0] === email && text.includes(`/${path}#`));
    return new RegExp(`http\\S+/${path}#\\S+`).exec(mail?.text ?? '')?.[0] ?? false;
  });

test('who forgot the password gets in again by a mailed link, and finds the ticket', async () => {
  const dropId = await system.drop({ opensAt: inSeconds(-1) });
  const buyer = await system.person('shopper', 'Robin Chen');
  await buyer.enter(dropId, 1);
  await buyer.pay(dropId);

  const context = await browser.visit({ phone: true });
  const page = await context.newPage();
  await page.goto('/signin?next=/orders');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await fill(page, 'E-mail', 'robin@');
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.getByText('Enter a valid e-mail address.').waitFor();
  await fill(page, 'E-mail', buyer.email);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.getByText(`If there is an account with ${buyer.email}`).waitFor();

  const link = await linkFor(buyer.email);
  const elsewhere = await context.newPage();
  await elsewhere.goto(link);
  await fill(elsewhere, 'New password', '1234567890');
  await elsewhere.getByRole('button', { name: 'Set the password' }).click();
  await elsewhere.getByText('Many people use this password.').waitFor();
  await fill(elsewhere, 'New password', 'a lantern in the rain');
  await elsewhere.getByRole('button', { name: 'Set the password' }).click();
  await elsewhere.getByRole('button', { name: /^Account of Robin Chen/ }).waitFor();
  await elsewhere.goto('/orders');
  await elsewhere.getByRole('link', { name: 'The Lanterns: One Night Only' }).click();
  await elsewhere.getByRole('heading', { name: 'Your tickets' }).waitFor();
  expect(await elsewhere.getByRole('img', { name: /^Code for/ }).count()).toBe(1);

  // The link has done its work.
  await page.goto(link);
  await fill(page, 'New password', 'another lantern');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('heading', { name: /^This link was used before/ }).waitFor();
  await page.getByRole('link', { name: 'Get a new link' }).click();
  await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await context.close();
});

test('the password is changed on the page of the account, and the page stays signed in', async () => {
  const buyer = await system.person('shopper', 'Kim Park');
  const context = await browser.visit({ as: buyer });
  const page = await context.newPage();
  // The account has no password yet.
  await page.goto('/forgot');
  await fill(page, 'E-mail', buyer.email);
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.goto(await linkFor(buyer.email));
  await fill(page, 'New password', 'a lantern in the rain');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('heading', { name: 'Events' }).waitFor();
  await page.getByRole('button', { name: /^Account of Kim Park/ }).click();
  await page.getByRole('link', { name: 'Account', exact: true }).click();

  await fill(page, 'Present password', 'not this one');
  await fill(page, 'New password', 'two lanterns at sea');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('This is not your present password.').waitFor();
  await fill(page, 'Present password', 'a lantern in the rain');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('The password was changed.').waitFor();
  expect(await page.getByRole('textbox', { name: 'Present password' }).inputValue()).toBe('');
  await page.reload();
  await page.getByRole('main').getByText(buyer.email).waitFor();
  await eventually(
    () => catcher.mails.filter(({ subject }) => subject === 'Your password was changed').length >= 3,
  );

  // Signed in on a phone, which is then ended here.
  const phone = await browser.visit({ phone: true });
  const elsewhere = await phone.newPage();
  await elsewhere.goto('/signin?next=/account');
  await fill(elsewhere, 'E-mail', buyer.email);
  await fill(elsewhere, 'Password', 'two lanterns at sea');
  await elsewhere.getByRole('button', { name: 'Sign in' }).click();
  await elsewhere.getByText('This device').waitFor();
  await page.reload();
  const devices = page.locator('section', { hasText: 'Where you are signed in' }).getByRole('listitem');
  await devices.nth(1).waitFor();
  expect(await devices.count()).toBe(2);
  expect(await devices.nth(0).textContent()).toMatch(/^Chrome on \w+This device/);
  await devices.nth(1).getByRole('button', { name: 'End' }).click();
  await page.getByText('You are not signed in anywhere else.').waitFor();
  await elsewhere.reload();
  await elsewhere.getByRole('heading', { name: 'Sign in' }).waitFor();
  await phone.close();
  await context.close();
});

test('who signs up confirms the address before buying, and then moves to another one', async () => {
  const dropId = await system.drop();
  const email = `robin-${dropId}@seatdrop.test`;
  const context = await browser.visit({ phone: true });
  const page = await context.newPage();
  await page.goto(`/signup?next=/drops/${dropId}`);
  await fill(page, 'Name', 'Robin Chen');
  await fill(page, 'E-mail', email);
  await fill(page, 'Password', 'a lantern in the rain');
  await page.getByRole('button', { name: 'Create account' }).click();
  await untilStage(page, 'open');
  await page.getByText('Confirm your e-mail address to buy').click();
  await page.getByText(`the mail that we sent to ${email}`).waitFor();
  await page.getByRole('button', { name: 'Send the mail again' }).click();
  await page.getByText('The mail is on its way.').waitFor();
  await buy(page);
  await page.getByText('Confirm your e-mail address first').waitFor();

  // The other tab learns of it, and Buy works there.
  const link = await linkFor(email, 'confirm');
  const mail = await context.newPage();
  await mail.goto(link);
  await mail.getByRole('button', { name: 'Confirm this address' }).click();
  await mail.getByRole('heading', { name: 'Your e-mail address is confirmed' }).waitFor();
  await page.getByText(`the mail that we sent to ${email}`).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Buy / }).click();
  await untilStage(page, 'held');
  await page.getByRole('link', { name: /^Pay / }).click();
  await payWith(page, /^Approved/);
  await untilStage(page, 'paid');
  await mail.goto('/');
  await mail.goto(link);
  await mail.getByRole('button', { name: 'Confirm this address' }).click();
  await mail.getByRole('heading', { name: 'This link was used before, or is too old' }).waitFor();

  await mail.goto('/account');
  await fill(mail, 'Name', 'Robin <b>Chan</b>');
  await mail.getByRole('button', { name: 'Save' }).first().click();
  await mail.getByText('Saved.').waitFor();
  await mail.getByRole('button', { name: 'Account of Robin <b>Chan</b>' }).waitFor();
  await mail.getByRole('button', { name: 'Change the address' }).click();
  await mail.getByText('Required').first().waitFor();
  await fill(mail, 'New e-mail address', `new-${email}`);
  await fill(mail, 'Your password', 'a lantern in the rain');
  await mail.getByRole('button', { name: 'Change the address' }).click();
  await mail.getByText(`A mail to new-${email} is on its way.`).waitFor();
  const change = await linkFor(`new-${email}`, 'confirm');

  // Not on a device where nobody is signed in.
  const elsewhere = await browser.visit();
  const stranger = await elsewhere.newPage();
  await stranger.goto(change);
  await stranger.getByRole('button', { name: 'Confirm this address' }).click();
  await stranger.getByRole('heading', { name: 'Sign in first' }).waitFor();
  await elsewhere.close();
  await page.goto(change);
  await page.getByRole('button', { name: 'Confirm this address' }).click();
  await page.getByText(`Mails to you go to new-${email}.`).waitFor();
  await mail.reload();
  await mail.getByRole('main').getByText(`new-${email}`, { exact: true }).waitFor();
  await eventually(() =>
    catcher.mails.some(({ to, subject }) => to[0] === email && subject === 'Your e-mail address was changed'),
  );

  // In Chinese from now on.
  await mail.getByRole('main').getByRole('radio', { name: '繁體中文' }).check({ force: true });
  await mail.getByRole('button', { name: 'Save' }).first().click();
  await mail.getByRole('heading', { name: '帳號' }).waitFor();
  expect(await mail.evaluate(() => document.documentElement.lang)).toBe('zh-Hant');
  expect(
    await system
      .db('users')
      .where({ email: `new-${email}` })
      .first('locale'),
  ).toEqual({
    locale: 'zh-Hant',
  });
  await context.close();
});
const password = 'a lantern in the rain';
const withPassword = async (name: string) => {
  const one = await system.person('shopper', name);
  await system
    .db('users')
    .where({ id: one.id })
    .update({ password_hash: await hashPassword(password) });
  return one;
};

test('who has tickets reads why the account stays; once the event is over it goes, with a last mail', async () => {
  const dropId = await system.drop({ opensAt: inSeconds(-1) });
  const buyer = await withPassword('Lee Leaver');
  await buyer.enter(dropId, 1);
  await buyer.pay(dropId);
  const context = await browser.visit({ as: buyer, phone: true });
  const page = await context.newPage();
  await page.goto('/account');

  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download your data' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('seatdrop-my-data.json');
  const file = JSON.parse(readFileSync(await download.path(), 'utf8')) as object;
  expect(file).toMatchObject({ profile: { email: buyer.email }, orders: [{ dropId }] });

  await page.getByRole('button', { name: 'Delete the account' }).click();
  const dialog = page.getByRole('alertdialog');
  const yes = dialog.getByRole('button', { name: 'Delete for good' });
  await dialog.getByLabel('Your password, to confirm').fill('not the password');
  await yes.click();
  await dialog.getByText('This is not your present password.').waitFor();
  await dialog.getByLabel('Your password, to confirm').fill(password);
  await yes.click();
  await dialog
    .getByText(/^You have tickets for The Lanterns: One Night Only, which is not over\. Until /)
    .waitFor();

  const ofDrop = system.db('drops').where({ id: dropId }).select('event_id');
  await system
    .db('events')
    .whereIn('id', ofDrop)
    .update({ starts_at: new Date(inSeconds(-2 * 86_400)) });
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Your account was deleted. A mail confirms it.').waitFor();
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
  await eventually(() =>
    catcher.mails.some(({ to, subject }) => to[0] === buyer.email && /deleted/.test(subject)),
  );
  await context.close();
});

test('a user asks to become an organizer, an admin accepts, and the open page of the user knows', async () => {
  const user = await withPassword('Nora Newcomer');
  const admin = await system.person('admin', 'Ada Admin');
  const [mine, theirs] = [await browser.visit({ as: user }), await browser.visit({ as: admin })];
  const page = await mine.newPage();
  await page.goto('/account');
  await page.getByRole('button', { name: 'Ask to become an organizer' }).click();
  await fill(
    page,
    'Who are you, and what do you want to sell tickets for?',
    'Concerts at the Old Mill, twice a month',
  );
  await page.getByRole('button', { name: 'Send the request' }).click();
  await page.getByText('Your request waits for an administrator.').waitFor();

  const desk = await theirs.newPage();
  await desk.goto('/admin/requests');
  const row = desk.getByRole('listitem').filter({ hasText: 'Nora Newcomer' });
  await row.getByText('Concerts at the Old Mill, twice a month').waitFor();
  await row.getByRole('button', { name: 'Accept' }).click();
  await desk.getByLabel('Message to the user (optional)').fill('Welcome!');
  await desk.getByRole('alertdialog').getByRole('button', { name: 'Accept' }).click();
  await row.waitFor({ state: 'detached' });

  await page.getByText('Your request was accepted: you are an organizer.').waitFor();
  await page.getByRole('link', { name: 'Your events' }).first().click();
  await page.getByRole('heading', { name: 'Your events' }).waitFor();
  expect(await page.getByRole('link', { name: 'New event' }).count()).toBeGreaterThan(0);
  await mine.close();
  await theirs.close();
});

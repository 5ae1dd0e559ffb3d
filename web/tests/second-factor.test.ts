import type { Page } from 'playwright-core';
import { TOTP } from 'otpauth';
import { MailCatcher } from '../../local/mail-catcher/catcher.ts';
import { hashPassword } from '../../general/accounts/passwords.ts';
import { eventually } from '../../testing/eventually.ts';
import { calm, faults } from './axe.ts';
import { inSeconds, type WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

const catcher = new MailCatcher();
let system: WebSystem;
let browser: Browser;
systemForTests(
  (started) => ({ system, browser } = started),
  async () => ({
    byName: true,
    generalSettings: {
      SECOND_FACTOR: 'compulsory',
      SMTP_URL: `smtp://127.0.0.1:${await catcher.listen(0)}`,
      MAIL_FROM: 'tickets@seatdrop.test',
    },
  }),
);
afterAll(() => catcher.close());

const password = 'a lantern in the rain';

const fill = (page: Page, label: string, text: string) =>
  page.getByRole('textbox', { name: label, exact: true }).fill(text);
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/signin?next=/account');
  await fill(page, 'E-mail', email);
  await fill(page, 'Password', password);
  await press(page, 'Sign in');
}

async function look(page: Page, name: string): Promise<void> {
  const folder = process.env['SEATDROP_PICTURES'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

const mailsTo = (email: string) => catcher.mails.filter(({ to }) => to[0] === email);

test('an organizer sets up a passkey, signs in with it, and is asked for it at cancelling a sale', async () => {
  const { organizer } = system;
  await system
    .db('users')
    .where({ id: organizer.id })
    .update({ password_hash: await hashPassword(password) });
  const dropId = await system.drop({ opensAt: inSeconds(-1) });
  const context = await browser.visit({ phone: true, ...calm });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await signIn(page, organizer.email);
  await page.getByRole('heading', { name: 'Two-step sign-in' }).waitFor();
  // Without one, no page of staff opens.
  await page.goto('/organize');
  await page.getByText('Your role needs two-step sign-in.').waitFor();
  await look(page, 'factor-needed-phone');
  await page.getByRole('link', { name: 'Set it up' }).click();

  await press(page, 'Add a passkey');
  const section = page.locator('section').filter({ hasText: 'Two-step sign-in' });
  await section.getByRole('textbox', { name: 'Present password' }).fill('not this one');
  await section.getByRole('button', { name: 'Add a passkey' }).click();
  await section.getByText('This is not your present password.').waitFor();
  await look(page, 'factor-add-passkey-phone');
  expect(await faults(page)).toEqual([]);
  await section.getByRole('textbox', { name: 'Present password' }).fill(password);
  await section.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('Keep these codes').waitFor();
  await look(page, 'factor-recovery-codes-phone');
  expect(await faults(page)).toEqual([]);
  const codes = await section.locator('ul[dir="ltr"] li').allTextContents();
  expect(codes).toHaveLength(10);
  await press(page, 'I have kept them');
  await page.getByText('10 codes are left.').waitFor();
  await look(page, 'factor-list-phone');
  await eventually(() => mailsTo(organizer.email).some(({ subject }) => subject.includes('was added')));

  // The last one stays.
  await section.getByRole('listitem').first().getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Your role needs one of them.').waitFor();
  await press(page, 'Keep it');

  await context.clearCookies();
  await signIn(page, organizer.email);
  await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
  await look(page, 'factor-second-step-phone');
  expect(await faults(page)).toEqual([]);
  await press(page, 'Use a passkey');
  await page.getByText('10 codes are left.').waitFor();

  // A session whose proof was long ago.
  await context.addCookies([{ name: 'session', value: organizer.token, url: system.url }]);
  await page.goto(`/organize/drops/${dropId}`);
  await page
    .getByText(/seats free/)
    .first()
    .waitFor();
  await press(page, 'Cancel sale');
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('textbox').fill('cancel');
  await dialog.getByRole('button', { name: 'Cancel and refund' }).click();
  const again = page.getByRole('alertdialog').filter({ hasText: 'Confirm that it is you' });
  await again.getByRole('button', { name: 'Use a passkey' }).waitFor();
  await look(page, 'factor-step-up-phone');
  expect(await faults(page)).toEqual([]);
  // Turned away, nothing happens.
  await again.getByRole('button', { name: 'Cancel', exact: true }).click();
  await again.waitFor({ state: 'detached' });
  expect(await system.db('drops').where({ id: dropId }).first()).toMatchObject({ cancelled_at: null });
  await dialog.getByRole('button', { name: 'Cancel and refund' }).click();
  await again.getByRole('button', { name: 'Use a passkey' }).click();
  await again.waitFor({ state: 'detached' });
  await eventually(async () => {
    const drop = await system.db('drops').where({ id: dropId }).first<{ cancelled_at: Date | null }>();
    return drop?.cancelled_at !== null;
  });
  await page
    .getByText(/was cancelled|Cancelled/)
    .first()
    .waitFor();
  await context.close();
});

test('a buyer adds an authenticator app, signs in by its code or a recovery code, and removes it', async () => {
  const buyer = await system.person('shopper', '王小明');
  await system
    .db('users')
    .where({ id: buyer.id })
    .update({ password_hash: await hashPassword(password) });
  const context = await browser.visit({ as: buyer, ...calm });
  const page = await context.newPage();
  await page.goto('/account');
  await press(page, 'Add an authenticator app');
  const section = page.locator('section').filter({ hasText: 'Two-step sign-in' });
  await section.getByRole('textbox', { name: 'Present password' }).fill(password);
  await press(page, 'Continue');
  await page.getByRole('img', { name: 'Code for your authenticator app' }).waitFor();
  await look(page, 'factor-app-desktop');
  expect(await faults(page)).toEqual([]);
  const secret = (await section.locator('span[dir="ltr"]').textContent())!.replaceAll(' ', '');
  const codeNow = () => new TOTP({ secret }).generate();
  await fill(page, 'Six digits', codeNow() === '000000' ? '000001' : '000000');
  await press(page, 'Add it');
  await page.getByText('That is not right.').waitFor();
  await fill(page, 'Six digits', codeNow());
  await press(page, 'Add it');
  await page.getByText('Keep these codes').waitFor();
  const [recoveryCode] = await section.locator('ul[dir="ltr"] li').allTextContents();
  const saving = page.waitForEvent('download');
  await press(page, 'Save as a file');
  expect((await saving).suggestedFilename()).toBe('seatdrop-recovery-codes.txt');
  await press(page, 'I have kept them');

  // The code that confirmed the app was used just now.
  await system.db('second_factors').where({ user_id: buyer.id }).update({ totp_step: 1 });
  await context.clearCookies();
  await signIn(page, buyer.email);
  await fill(page, 'Code', codeNow());
  await press(page, 'Continue');
  await page.getByText('10 codes are left.').waitFor();
  await context.clearCookies();
  await signIn(page, buyer.email);
  await fill(page, 'Code', 'AAAA-BBBB-CCCC-DDDD');
  await press(page, 'Continue');
  await page.getByText('That is not right.').waitFor();
  await fill(page, 'Code', recoveryCode!.toLowerCase());
  await press(page, 'Continue');
  await page.getByText('9 codes are left.').waitFor();

  await section.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('It is off.').waitFor();
  await page.evaluate(() => localStorage.setItem('seatdrop.locale', 'zh-Hant'));
  await page.reload();
  await page.getByRole('heading', { name: '兩步驟登入' }).waitFor();
  await page.getByRole('button', { name: '新增通行金鑰' }).click();
  await page.getByRole('textbox', { name: '名稱' }).waitFor();
  await look(page, 'factor-zh-desktop');
  await context.close();
});

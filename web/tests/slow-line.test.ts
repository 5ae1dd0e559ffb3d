import { buy, visitDrop, slowDown, untilStage } from './start-browser.ts';
import type { WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

test('there is something to read before the scripts are there', async () => {
  const dropId = await system.drop();
  const context = await browser.visit();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await context.route(/\/assets\/.*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  const [eventPage, dropPage] = [await context.newPage(), await context.newPage()];
  const later = { waitUntil: 'commit' } as const;
  await Promise.all([
    eventPage.goto(`/events/${system.eventId}`, later),
    dropPage.goto(`/drops/${dropId}`, later),
  ]);
  await eventPage.getByRole('heading', { name: 'The Lanterns: One Night Only' }).waitFor();
  await eventPage.getByText('Glasshouse Hall, Riverside').waitFor();
  await eventPage.getByText('Four people and a harbour.').waitFor();
  await dropPage.getByRole('link', { name: 'Seatdrop' }).waitFor();
  await dropPage.getByText('Loading…').waitFor();
  release();
  await untilStage(dropPage, 'open');
  expect(await dropPage.getByText('載入中…').count()).toBe(0);
  await context.close();
});

test('Buy says at once that it is on its way, goes out once however often it is pressed, and gets its outcome', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person(), phone: true });
  const page = await context.newPage();
  await slowDown(page);
  await page.goto(`/drops/${dropId}`);
  await untilStage(page, 'open');
  const sent: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
  // The answer is held back until the page was checked: a slow connection alone would not be certain.
  let release = () => {};
  const looked = new Promise<void>((resolve) => (release = resolve));
  await context.route(/\/entries$/, async (route) => {
    await looked;
    await route.continue();
  });
  await page.getByRole('radio', { name: 'Cello' }).check();
  await page.getByRole('button', { name: /^Buy / }).dblclick();
  const sending = page.getByRole('button', { name: 'Sending' });
  await sending.waitFor();
  expect(await sending.getAttribute('aria-disabled')).toBe('true');
  await sending.click({ force: true });
  await page.keyboard.press('Enter');
  release();
  await untilStage(page, 'held');
  expect(sent).toEqual([`${system.url}/api/drops/${dropId}/entries`]);
  await page.locator('[data-seat]').nth(1).waitFor();
  await context.close();
});

test('from the event to paid seats', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person(), phone: true });
  const page = await visitDrop(context, dropId);
  await slowDown(page);
  await page.reload();
  await untilStage(page, 'open');
  await buy(page, 1);
  await untilStage(page, 'held');
  await page.getByRole('link', { name: /^Pay / }).click();
  await page.getByRole('button', { name: /^Pay / }).click();
  await untilStage(page, 'paid');
  await context.close();
});

import { inSeconds, type WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

async function announce(title: string, venue: string, price: number): Promise<number> {
  const { id } = await system.organizer.ask<{ id: number }>('POST', '/events', {
    title,
    venue,
    description: '',
    startsAt: inSeconds(45 * 86_400),
  });
  await system.drop({ price: { amount: price, currency: 'EUR' } }, id);
  return id;
}

test('typing finds events in any language, Back returns to the list, and a link leads to the same result', async () => {
  const id = await announce('Nocturnes for Cello', 'Old Mill, Graz', 1500);
  await announce('國家交響樂團', '台北國家音樂廳', 9000);
  const context = await browser.visit({ phone: true });
  const page = await context.newPage();
  await page.goto('/');
  const field = page.getByRole('searchbox', { name: 'Search events' });
  await field.fill('NOCTURNES');
  await page.getByRole('main').getByText('1 event found').waitFor();
  expect(new URL(page.url()).search).toBe('?q=NOCTURNES');
  // Said to screen readers too.
  await page.getByRole('status').getByText('1 event found').waitFor({ state: 'attached' });
  await field.fill('交響樂');
  await page.getByRole('link', { name: '國家交響樂團' }).waitFor();
  expect(await page.getByRole('link', { name: 'Nocturnes for Cello' }).count()).toBe(0);

  await field.fill('cello');
  await page.getByRole('link', { name: 'Nocturnes for Cello' }).click();
  await page.waitForURL(`**/events/${id}`);
  await page.goBack();
  await page.getByText('1 event found').first().waitFor();
  expect(await field.inputValue()).toBe('cello');
  await page.goBack();
  await page.getByRole('link', { name: '國家交響樂團' }).waitFor();
  expect(new URL(page.url()).search).toBe('');
  expect(await field.inputValue()).toBe('');

  await page.goto('/?place=graz&max=15&currency=EUR&available=true');
  await page.getByText('1 event found').first().waitFor();
  expect(await page.getByLabel('Highest price per seat').inputValue()).toBe('15');
  await page.getByLabel('Highest price per seat').fill('14.99');
  await page.getByRole('heading', { name: 'No events found' }).waitFor();
  await page.getByRole('button', { name: 'Clear search' }).click();
  await page.getByRole('link', { name: '國家交響樂團' }).waitFor();
  await context.close();
});

test('without scripts the list, its links and past events can be read; with scripts it is never gone once it is there', async () => {
  const id = await announce('Elegies for Horn', 'Old Mill', 1500);
  const past = await announce('Last year’s Proms', 'Old Mill', 1500);
  await system
    .db('events')
    .where({ id: past })
    .update({ starts_at: new Date(inSeconds(-86_400)) });
  await system
    .db('drops')
    .where({ event_id: past })
    .update({ closes_at: new Date(inSeconds(-86_400)) });
  const plain = await browser.visit({ javaScriptEnabled: false });
  const reader = await plain.newPage();
  await reader.goto('/');
  await reader.getByText('15.00 EUR per seat').first().waitFor();
  await reader.getByRole('link', { name: 'Past events' }).click();
  await reader.getByRole('link', { name: 'Last year’s Proms' }).click();
  await reader.getByText('This event is over.').waitFor();
  await plain.close();

  const context = await browser.visit();
  const page = await context.newPage();
  await page.addInitScript(() => {
    const seen = { isThere: false, wasGone: false };
    Object.assign(globalThis, { listSeen: seen });
    new MutationObserver(() => {
      const isThere = document.body?.textContent.includes('Elegies for Horn') ?? false;
      if (seen.isThere && !isThere) seen.wasGone = true;
      seen.isThere ||= isThere;
    }).observe(document, { subtree: true, childList: true });
  });
  await page.goto('/');
  await page.getByRole('searchbox', { name: 'Search events' }).waitFor();
  await page.locator(`[href="/events/${id}"]`).first().waitFor();
  expect(await page.evaluate(() => (globalThis as unknown as { listSeen: object }).listSeen)).toEqual({
    isThere: true,
    wasGone: false,
  });
  await page.getByRole('contentinfo').getByRole('link', { name: 'Past events' }).click();
  await page.getByRole('link', { name: 'Last year’s Proms' }).click();
  await page.getByText('This event is over.').waitFor();
  await context.close();
});

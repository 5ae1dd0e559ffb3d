import { buy, payWith, visitDrop, untilStage } from './start-browser.ts';
import { inSeconds, type WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

test('from sign-up over the opening to a paid order with a code for each seat', async () => {
  const dropId = await system.drop({ opensAt: inSeconds(3600) });
  const context = await browser.visit();
  const page = await context.newPage();
  await page.goto('/');
  await page.getByRole('heading', { name: 'The Lanterns: One Night Only' }).first().waitFor();
  await page.goto(`/drops/${dropId}`);
  await page.getByRole('link', { name: 'Create account' }).click();

  // Faults are shown before anything is sent.
  await page.getByLabel('Name').fill('Robin Chen');
  await page.getByLabel('E-mail').fill('robin@');
  await page.getByRole('textbox', { name: 'Password' }).fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Enter a valid e-mail address.').waitFor();
  await page.getByText('At least 10 characters.', { exact: true }).waitFor();
  await page.getByLabel('E-mail').fill(`robin-${dropId}@seatdrop.test`);
  await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Create account' }).click();

  // Back on the drop's page, ready, with the question.
  await untilStage(page, 'waiting');
  await page.getByRole('heading', { name: 'You are ready.' }).waitFor();
  await page.getByRole('radio', { name: 'Cello' }).check();

  await system.openSoon(dropId);

  // At the opening Buy appears without a reload, and the answer is kept.
  await untilStage(page, 'open');
  expect(await page.getByRole('radio', { name: 'Cello' }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Buy 2 seats · €130' }).click();
  await untilStage(page, 'held');
  await page.locator('[data-seat]').nth(1).waitFor();
  expect(await page.locator('[data-seat]').count()).toBe(2);

  // A declined card costs nothing, and another one can be tried.
  await page.getByRole('link', { name: 'Pay €130' }).click();
  await payWith(page, /^Declined/);
  await page.getByText('The card was declined.').waitFor();
  await payWith(page, /^Approved/);
  await untilStage(page, 'paid');

  await page.getByRole('link', { name: 'Show tickets' }).click();
  await page.getByRole('heading', { name: 'Your tickets' }).waitFor();
  expect(await page.getByRole('img', { name: /^Code for Floor, row 1, seat/ }).count()).toBe(2);
  await page.getByRole('link', { name: 'My tickets' }).click();
  await page.getByRole('link', { name: 'The Lanterns: One Night Only' }).waitFor();

  // Signing out in one tab signs out all tabs.
  const other = await context.newPage();
  await other.goto('/orders');
  await other.getByRole('link', { name: 'The Lanterns: One Night Only' }).waitFor();
  await page.getByRole('button', { name: 'Account of Robin Chen' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await other.getByText('Sign in to see your tickets.').waitFor();
  await context.close();
});

test('a price that the organizer changes before the opening is the one that open pages show and charge', async () => {
  const dropId = await system.drop({ opensAt: inSeconds(3600), price: { amount: 5000, currency: 'EUR' } });
  const context = await browser.visit({ as: await system.person() });
  const page = await visitDrop(context, dropId);
  await page.getByText('€50 per seat').waitFor();
  await system.organizer.ask('PATCH', `/drops/${dropId}`, { price: { amount: 9900, currency: 'EUR' } });
  await page.getByText('The price changed from €50 to €99.').waitFor();
  await page.getByText('€99 per seat').waitFor();

  await system.openSoon(dropId);
  await untilStage(page, 'open');
  await page.getByRole('button', { name: 'Buy 2 seats · €198' }).waitFor();
  await buy(page, 1);
  await untilStage(page, 'held');
  await page.getByRole('link', { name: 'Pay €99' }).click();
  await page.getByRole('button', { name: 'Pay €99' }).click();
  await untilStage(page, 'paid');
  expect(await system.db('orders').where({ drop_id: dropId }).first()).toMatchObject({ amount: 9900 });
  await context.close();
});

test('a payment that is undecided keeps the seats and ends in an order by itself', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person() });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  await buy(page, 1);
  await untilStage(page, 'held');
  await page.getByRole('link', { name: /^Pay / }).click();
  await payWith(page, /^Pending/);
  await untilStage(page, 'paying');
  await page.reload();
  await untilStage(page, 'paid');
  await context.close();
});

test('a device clock ten minutes off changes nothing', async () => {
  for (const minutes of [10, -10]) {
    const dropId = await system.drop({ opensAt: inSeconds(3600) });
    const context = await browser.visit({ as: await system.person(), clockOff: minutes * 60_000 });
    const page = await visitDrop(context, dropId);
    await untilStage(page, 'waiting');
    await page.getByText(`clock is 10 minutes ${minutes > 0 ? 'fast' : 'slow'}`).waitFor();
    expect(await page.getByRole('timer').getAttribute('aria-label')).toMatch(/^(1 hour|59 minutes)/);
    await system.openSoon(dropId);
    await untilStage(page, 'open');
    await buy(page);
    await untilStage(page, 'held');
    expect(await page.getByRole('timer').getAttribute('aria-label')).toMatch(/^(2:0\d|1:5\d) left to pay$/);
    await context.close();
  }
});

test('a queued entry outlives a reload, though the server does not tell of it', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person() });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  const consumer = system.tiers.get('consumer')!;
  consumer.kill('SIGSTOP');
  try {
    await buy(page);
    await untilStage(page, 'queued');
    await page.reload();
    await untilStage(page, 'queued');
    const other = await visitDrop(context, dropId);
    await untilStage(other, 'queued');
  } finally {
    consumer.kill('SIGCONT');
  }
  await untilStage(page, 'held');
  await context.close();
});

test('busy is said, waited out and tried again, and a second press sends nothing', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person() });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  // The publisher is away; then nginx limits the address; then the publisher limits this buyer.
  const refusals = [
    { status: 503, body: { code: 'unavailable' } },
    { status: 429, body: { code: 'too_many_requests' } },
    { status: 429, body: { code: 'too_many_requests', retryAt: new Date(Date.now() + 1_000).toISOString() } },
  ];
  let sent = 0;
  await page.route('**/entries', async (route) => {
    const refusal = refusals[sent];
    sent += 1;
    if (!refusal) return route.continue();
    return route.fulfill({
      status: refusal.status,
      headers: { 'retry-after': '1' },
      contentType: 'application/problem+json',
      body: JSON.stringify(refusal.body),
    });
  });
  await page.getByRole('radio', { name: 'Cello' }).check();
  await page.getByRole('button', { name: /^Buy / }).dblclick();
  await page.getByText('Very busy. Your entry is resent automatically').waitFor();
  await page.getByText('You are in line, and your entry is resent automatically').waitFor();
  await page.getByText('Too many attempts. Your entry is resent automatically').waitFor();
  await untilStage(page, 'held');
  expect(sent).toBe(4);
  await context.close();
});

test('a wrong answer is said at the question, and the right one still gets seats', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person() });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  await page.getByRole('button', { name: /^Buy / }).click();
  await page.getByText('Choose an answer.').waitFor();
  await page.getByRole('radio', { name: 'Harp' }).check();
  await page.getByRole('button', { name: /^Buy / }).click();
  await page.getByText('That is not the right answer.').waitFor();
  await buy(page);
  await untilStage(page, 'held');
  await context.close();
});

test('on a phone what to do now is always in reach of the thumb, and nothing is wider than the screen', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person(), phone: true });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  const isInReach = async (name: RegExp, role: 'button' | 'link') => {
    const box = await page.getByRole(role, { name }).boundingBox();
    expect(box).not.toBeNull();
    expect(box!.y).toBeGreaterThan(844 * 0.75);
    expect(box!.y + box!.height).toBeLessThanOrEqual(844);
    expect(box!.height).toBeGreaterThanOrEqual(44);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  };
  await isInReach(/^Buy /, 'button');
  await buy(page, 1);
  await untilStage(page, 'held');
  await isInReach(/^Pay /, 'link');
  await page.getByRole('link', { name: /^Pay / }).click();
  await isInReach(/^Pay /, 'button');
  await payWith(page, /^Approved/);
  await untilStage(page, 'paid');
  await isInReach(/^Show tickets/, 'link');
  await context.close();
});

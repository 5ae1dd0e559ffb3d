import { buy, payWith, visitDrop, untilStage, watchStages } from './start-browser.ts';
import type { WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
systemForTests((started) => ({ system, browser } = started));

const oneRow = (seats: number) => ({ sections: [{ name: 'Floor', rows: 1, seatsPerRow: seats }] });

test('standby shows the place in line, and becomes seats when some come back', async () => {
  const dropId = await system.drop(oneRow(4));
  const [first, second] = [await system.person(), await system.person()];
  await first.enter(dropId, 4);
  await second.enter(dropId, 1);
  const context = await browser.visit({ as: await system.person() });
  const page = await visitDrop(context, dropId);
  await page.getByText('No seats are free at the moment.').waitFor();
  await buy(page, 2);
  await untilStage(page, 'standby');
  await page.getByText('1 person is ahead of you. 4 seats are held').waitFor();
  await second.giveBack(dropId);
  await page.reload();
  await page.getByText('You are first in line.').waitFor();
  await first.giveBack(dropId);
  await untilStage(page, 'held');
  expect(await page.locator('[data-seat]').count()).toBe(2);
  await context.close();
});

test('leaving standby frees the place, after a question', async () => {
  const dropId = await system.drop(oneRow(1));
  await (await system.person()).enter(dropId, 1);
  const me = await system.person();
  await me.enter(dropId, 1);
  const context = await browser.visit({ as: me });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'standby');
  await page.getByRole('button', { name: 'Leave standby' }).click();
  await page.getByRole('button', { name: 'Stay' }).click();
  await untilStage(page, 'standby');
  await page.getByRole('button', { name: 'Leave standby' }).click();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await untilStage(page, 'open');
  expect((await me.entry(dropId)).status).toBe('none');
  await context.close();
});

test('word of a place that comes after it was given up changes nothing', async () => {
  const dropId = await system.drop(oneRow(1));
  await (await system.person()).enter(dropId, 1);
  const me = await system.person();
  await me.enter(dropId, 1);
  const context = await browser.visit({ as: me });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'standby');
  const place = await me.entry(dropId);
  await page.getByRole('button', { name: 'Leave standby' }).click();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await untilStage(page, 'open');

  const stages = await watchStages(page);
  const tell = (entry: typeof place) =>
    system.tell({ dropId, soldOut: [], events: [{ to: me.id, event: 'entry:outcome', entry }] });
  await tell(place);
  // This news comes later, so once it is shown, the page has ignored the earlier one.
  const { version } = await me.entry(dropId);
  await tell({ status: 'released', version: version + 1, reason: 'expired' });
  await untilStage(page, 'released');
  expect(await stages()).toEqual(['released']);
  await context.close();
});

test('sold out is pushed to everyone, and Buy returns when a seat does', async () => {
  const dropId = await system.drop({ ...oneRow(3), standbyLimit: 0 });
  const nobody = await browser.visit();
  const somebody = await browser.visit({ as: await system.person() });
  const [stranger, buyer] = [await visitDrop(nobody, dropId), await visitDrop(somebody, dropId)];
  await Promise.all([untilStage(stranger, 'open'), untilStage(buyer, 'open')]);
  const fast = await system.person();
  await fast.enter(dropId, 3);
  await Promise.all([untilStage(stranger, 'gone'), untilStage(buyer, 'gone')]);
  await buyer.getByText('0 of 3 seats left').waitFor();
  await fast.giveBack(dropId);
  await Promise.all([untilStage(stranger, 'open'), untilStage(buyer, 'open')]);
  await nobody.close();
  await somebody.close();
});

test('who got nothing is told so, also after a reload', async () => {
  const dropId = await system.drop({ ...oneRow(2), standbyLimit: 0 });
  const me = await system.person();
  const context = await browser.visit({ as: me });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  // Both are in the queue before either is decided.
  const consumer = system.tiers.get('consumer')!;
  consumer.kill('SIGSTOP');
  const fast = await system.person();
  try {
    await fast.queue(dropId, 2);
    await buy(page, 2);
    await untilStage(page, 'queued');
  } finally {
    consumer.kill('SIGCONT');
  }
  await untilStage(page, 'gone');
  await page.reload();
  await untilStage(page, 'gone');
  await page.getByRole('button', { name: 'Where was I in line?' }).click();
  await page.getByText('Your entry was number 2 in line.').waitFor();
  await context.close();
});

test('a hold that is not paid in time lapses, and another try is possible after a while', async () => {
  const dropId = await system.drop({ ...oneRow(4), holdSeconds: 5, lapsePauseSeconds: 10 });
  const context = await browser.visit({ as: await system.person() });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  await buy(page, 1);
  await untilStage(page, 'held');
  await untilStage(page, 'released');
  await page.getByRole('heading', { name: 'The time to pay ran out' }).waitFor();
  await page.getByText('You can enter again in').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'The time to pay ran out' }).waitFor();
  // The form comes back by itself.
  await buy(page, 1);
  await untilStage(page, 'held');
  await context.close();
});

test('an entry that comes too early after a lapsed hold says how long to wait', async () => {
  const dropId = await system.drop(oneRow(4));
  const me = await system.person();
  const context = await browser.visit({ as: me });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  const { version } = await me.entry(dropId);
  const retryAt = new Date(Date.now() + 600_000).toISOString();
  const entry = {
    status: 'sold_out' as const,
    version: version + 1,
    reason: 'hold_lapsed' as const,
    retryAt,
  };
  await system.tell({ dropId, soldOut: [], events: [{ to: me.id, event: 'entry:outcome', entry }] });
  await untilStage(page, 'refused');
  await page.getByRole('heading', { name: 'You cannot enter again yet' }).waitFor();
  await page.getByText('You can enter again in').waitFor();
  await context.close();
});

test('with sockets blocked the page asks instead, says so, and everything still works', async () => {
  const dropId = await system.drop(oneRow(3));
  const context = await browser.visit({ as: await system.person(), socketsBlocked: true });
  const page = await visitDrop(context, dropId);
  await page.getByText('Updates every few seconds').waitFor();
  const fast = await system.person();
  await fast.enter(dropId, 3);
  await page.getByText('0 of 3 seats left').waitFor();
  await buy(page, 2);
  await untilStage(page, 'standby');
  await fast.giveBack(dropId);
  await untilStage(page, 'held');
  await page.getByRole('link', { name: /^Pay / }).click();
  await payWith(page, /^Approved/);
  await untilStage(page, 'paid');
  await context.close();
});

test('with sockets blocked sold out, a pause and a seat that came back show by themselves too', async () => {
  const dropId = await system.drop({ ...oneRow(2), standbyLimit: 0 });
  const nobody = await browser.visit({ socketsBlocked: true });
  const somebody = await browser.visit({ as: await system.person(), socketsBlocked: true });
  const pages = [await visitDrop(nobody, dropId), await visitDrop(somebody, dropId)];
  const all = (stage: Parameters<typeof untilStage>[1]) =>
    Promise.all(pages.map((page) => untilStage(page, stage)));
  await all('open');
  const fast = await system.person();
  await fast.enter(dropId, 2);
  await all('gone');
  await fast.giveBack(dropId);
  await all('open');
  await system.organizer.ask('POST', `/drops/${dropId}/pause`);
  await all('paused');
  await Promise.all([nobody.close(), somebody.close()]);
});

test('a sale that is sold out says so in its first words, before any socket is there', async () => {
  const dropId = await system.drop({ ...oneRow(1), standbyLimit: 0 });
  await (await system.person()).enter(dropId, 1);
  const context = await browser.visit({ as: await system.person() });
  await context.routeWebSocket(/socket\.io/, () => {}); // accepts connections and sends nothing
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'gone');
  await context.close();
});

test('a tab closed and opened again during a hold shows the same seats and the time that is left', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person() });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  await buy(page, 2);
  await untilStage(page, 'held');
  const seats = (of: typeof page) =>
    of.locator('[data-seat]').evaluateAll((all) => all.map((one) => one.getAttribute('data-seat')));
  await page.locator('[data-seat]').nth(1).waitFor();
  const before = await seats(page);
  await page.close();
  const again = await visitDrop(context, dropId);
  await untilStage(again, 'held');
  await again.locator('[data-seat]').nth(1).waitFor();
  expect(await seats(again)).toEqual(before);
  await context.close();
});

test('without a line that is said; back on line the truth is shown', async () => {
  const dropId = await system.drop(oneRow(4));
  const me = await system.person();
  await me.enter(dropId, 2);
  const context = await browser.visit({ as: me });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'held');
  await page.getByText('Live', { exact: true }).waitFor();
  await context.setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await page.getByText('No connection', { exact: true }).waitFor();
  await me.giveBack(dropId);
  await context.setOffline(false);
  await untilStage(page, 'released');
  await page.getByText('Live', { exact: true }).waitFor();
  await context.close();
});

test('two tabs agree', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person() });
  const [one, two] = [await visitDrop(context, dropId), await visitDrop(context, dropId)];
  await Promise.all([untilStage(one, 'open'), untilStage(two, 'open')]);
  await buy(one, 1);
  await Promise.all([untilStage(one, 'held'), untilStage(two, 'held')]);
  await two.getByRole('button', { name: 'Give back' }).click();
  await two.getByRole('button', { name: 'Give back seats' }).click();
  await Promise.all([untilStage(one, 'released'), untilStage(two, 'released')]);
  await one.getByRole('heading', { name: 'You gave your seats back' }).waitFor();
  await context.close();
});

test('a pause and its end arrive by themselves, as does a cancellation', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person() });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  await system.organizer.ask('POST', `/drops/${dropId}/pause`);
  await untilStage(page, 'paused');
  await system.organizer.ask('POST', `/drops/${dropId}/resume`);
  await untilStage(page, 'open');
  await system.organizer.ask('POST', `/drops/${dropId}/cancel`);
  await untilStage(page, 'cancelled');
  await context.close();
});

test('the seat map follows: free, held and sold in numbers for those who cannot see it', async () => {
  const dropId = await system.drop(oneRow(10));
  const context = await browser.visit();
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  const [one, two] = [await system.person(), await system.person()];
  await one.enter(dropId, 3);
  await two.enter(dropId, 2);
  await two.pay(dropId);
  await page.getByText('5 of 10 seats free, 3 held, 2 sold.').waitFor({ state: 'attached' });
  await page.getByText('Sections as a table').click();
  await page.getByRole('row', { name: 'Floor 1 5 3 2' }).waitFor();
  await context.close();
});

test('an event page says what it is about before its scripts run', async () => {
  const html = await (await fetch(`${system.url}/events/${system.eventId}`)).text();
  expect(html).toContain('<title>The Lanterns: One Night Only · Seatdrop</title>');
  expect(html).toMatch(/<meta property="og:title" content="The Lanterns: One Night Only"/);
  expect(html).toContain('<div id="app">');
  // Previews show no SVG, so the poster is there as a picture of the declared size.
  expect(html).toMatch(/<meta name="twitter:card" content="summary_large_image"/);
  const of = (name: string) =>
    new RegExp(`<meta property="og:image${name}" content="([^"]+)"`).exec(html)?.[1] ?? '';
  expect(of('')).toBe(`${system.url}/posters/lanterns.png`);
  const image = await fetch(of(''));
  expect(image.status).toBe(200);
  expect(image.headers.get('content-type')).toBe('image/png');
  const bytes = Buffer.from(await image.arrayBuffer());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  const size = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  expect(size).toEqual([1200, 630]);
  expect([of(':width'), of(':height')]).toEqual(size.map(String));
  expect((await fetch(`${system.url}/nothing/here`)).status).toBe(404);
});

import { calm, faults } from './axe.ts';
import { buy, openSale, untilStage } from './start-browser.ts';
import { inSeconds, type Stack } from './start-stack.ts';
import { systemForTests, type Browser } from './system.ts';

let stack: Stack;
let browser: Browser;
systemForTests((system) => ({ stack, browser } = system));

describe.each([
  ['a desktop', false],
  ['a phone', true],
])('on %s', (_name, phone) => {
  test('pages without an account', async () => {
    const context = await browser.visit({ ...calm, phone });
    const page = await context.newPage();
    const event = await stack.announce();
    const waiting = await stack.drop({ opensAt: inSeconds(3600) }, event);
    for (const [path, heading] of [
      ['/', 'What is on'],
      [`/events/${event}`, 'The Lanterns: One Night Only'],
      [`/drops/${waiting}`, 'The sale opens in'],
      ['/orders', 'Sign in'],
      ['/signup', 'Create your account'],
      ['/nowhere', 'Nothing here'],
    ] as const) {
      await page.goto(path);
      await page.getByRole('heading', { name: heading }).first().waitFor();
      expect({ path, faults: await faults(page) }).toEqual({ path, faults: [] });
    }
    await page.goto('/signin');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Fill this in.').first().waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('radio', { name: 'Dark' }).waitFor();
    expect(await faults(page)).toEqual([]);
    await context.close();
  });

  test('a purchase, step by step', async () => {
    const context = await browser.visit({ ...calm, phone, as: await stack.person() });
    const page = await context.newPage();
    const check = async (step: string) =>
      expect({ step, faults: await faults(page) }).toEqual({ step, faults: [] });

    await page.goto('/orders');
    await page.getByText('No tickets yet').waitFor();
    await check('no orders');
    await page.goto(`/drops/${await stack.drop({ opensAt: inSeconds(3600) })}`);
    await untilStage(page, 'waiting');
    await page.getByText('You are ready.').waitFor();
    await check('waiting');
    await page.goto(`/drops/${await stack.drop()}`);
    await untilStage(page, 'open');
    await check('open');
    await buy(page);
    await untilStage(page, 'held');
    await check('held');
    await page.getByRole('button', { name: 'Give back' }).click();
    await page.getByRole('alertdialog').waitFor();
    await check('asked');
    await page.getByRole('button', { name: 'Keep them' }).click();
    await page.getByRole('link', { name: /^Pay / }).click();
    await page.getByRole('radio', { name: /^Declined/ }).check();
    await page.getByRole('button', { name: /^Pay / }).click();
    await page.getByText('try another card').waitFor();
    await check('declined');
    await page.getByRole('radio', { name: /^Goes through/ }).check();
    await page.getByRole('button', { name: /^Pay / }).click();
    await untilStage(page, 'paid');
    await check('paid');
    await page.getByRole('link', { name: 'Show tickets' }).click();
    await page
      .getByRole('img', { name: /^Code for/ })
      .first()
      .waitFor();
    await check('order');
    await page.goto('/orders');
    await page.getByRole('link', { name: 'The Lanterns: One Night Only' }).waitFor();
    await check('orders');
    await context.close();
  });

  test('queued, and a payment that the bank has not decided', async () => {
    const dropId = await stack.drop();
    const context = await browser.visit({ ...calm, phone, as: await stack.person() });
    const page = await openSale(context, dropId);
    await untilStage(page, 'open');
    const consumer = stack.tiers.get('consumer')!;
    consumer.kill('SIGSTOP');
    try {
      await buy(page);
      await untilStage(page, 'queued');
      expect(await faults(page)).toEqual([]);
    } finally {
      consumer.kill('SIGCONT');
    }
    await untilStage(page, 'held');
    await page.getByRole('link', { name: /^Pay / }).click();
    await page.getByRole('radio', { name: /^Undecided/ }).check();
    await page.getByRole('button', { name: /^Pay / }).click();
    await untilStage(page, 'paying');
    expect(await faults(page)).toEqual([]);
    await context.close();
  });

  test('paused, closed, and a page that has crashed', async () => {
    const [paused, closed] = [await stack.drop(), await stack.drop()];
    const context = await browser.visit({ ...calm, phone, as: await stack.person() });
    await stack.organizer.ask('POST', `/drops/${paused}/pause`);
    const page = await openSale(context, paused);
    await untilStage(page, 'paused');
    expect(await faults(page)).toEqual([]);
    await stack.organizer.ask('PATCH', `/drops/${closed}`, { closesAt: inSeconds(1) });
    await page.goto(`/drops/${closed}`);
    await untilStage(page, 'closed');
    expect(await faults(page)).toEqual([]);
    // What no server of ours would send.
    await context.route('**/api/events?*', (route) => route.fulfill({ json: { items: [{}], next: null } }));
    await page.goto('/');
    await page.getByRole('heading', { name: 'This page has stopped working' }).waitFor();
    expect(await faults(page)).toEqual([]);
    await context.close();
  });

  test('standby, sold out, released, cancelled, offline', async () => {
    const context = await browser.visit({ ...calm, phone, as: await stack.person() });
    const two = { sections: [{ name: 'Floor', rows: 1, seatsPerRow: 2 }] };
    const dropId = await stack.drop(two);
    await (await stack.person()).enter(dropId, 2);
    const page = await openSale(context, dropId);
    await buy(page, 1);
    await untilStage(page, 'standby');
    expect(await faults(page)).toEqual([]);

    const soldOut = await stack.drop({ ...two, standbyLimit: 0 });
    await (await stack.person()).enter(soldOut, 2);
    await page.goto(`/drops/${soldOut}`);
    await untilStage(page, 'gone');
    expect(await faults(page)).toEqual([]);

    const released = await stack.drop();
    await page.goto(`/drops/${released}`);
    await buy(page, 1);
    await untilStage(page, 'held');
    await page.getByRole('button', { name: 'Give back' }).click();
    await page.getByRole('button', { name: 'Give them back' }).click();
    await untilStage(page, 'released');
    expect(await faults(page)).toEqual([]);

    await stack.organizer.ask('POST', `/drops/${released}/cancel`);
    await untilStage(page, 'cancelled');
    await context.setOffline(true);
    await page.getByText('You are offline.').waitFor();
    expect(await faults(page)).toEqual([]);
    await context.close();
  });
});

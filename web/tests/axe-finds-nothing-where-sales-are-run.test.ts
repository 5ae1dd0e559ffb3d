import { encodeBatch } from '../../shared/broker/entry-batch.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { createTestBroker } from '../../shared/testing/broker.ts';
import { calm, faults } from './axe.ts';
import { inSeconds, type Person, type Stack } from './start-stack.ts';
import { systemForTests, type Browser } from './system.ts';

let stack: Stack;
let browser: Browser;
let admin: Person;
let broker: Awaited<ReturnType<typeof createTestBroker>>;
let dropId: number;
let scheduled: number;
systemForTests(async (system) => {
  ({ stack, browser } = system);
  admin = await stack.person('admin', 'Ada Admin');
  broker = await createTestBroker(stack.namespace);
  dropId = await stack.drop({}, stack.eventId);
  scheduled = await stack.drop({ opensAt: inSeconds(3600), closesAt: inSeconds(9000) });
  const buyer = await stack.person();
  await buyer.enter(dropId, 2);
  await buyer.pay(dropId);
  // The consumer parks what is no batch, and a batch for a sale that there is not.
  const { content, options } = encodeBatch(
    { dropId: 4_000_000_001, partition: 0 },
    newBatchId(),
    ['1:2'],
    Date.now(),
    'webtests.1',
  );
  const queue = broker.topology.entryQueue(0);
  await broker.send(queue, 'not a batch');
  await broker.send(queue, content.toString(), options);
});
afterAll(() => broker?.stop());

describe.each([
  ['a desktop', false],
  ['a phone', true],
])('on %s', (_name, phone) => {
  test('the organizer’s pages', async () => {
    const context = await browser.visit({ ...calm, phone, as: stack.organizer });
    const page = await context.newPage();
    const check = async (where: string) => {
      expect({ where, faults: await faults(page) }).toEqual({ where, faults: [] });
      // Nothing sticks out to the side.
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
    };
    const event = `/organize/events/${stack.eventId}`;
    const drop = `/organize/drops/${dropId}`;
    for (const [path, sign] of [
      ['/organize', '2 of 42 sold'],
      ['/organize/events/new', 'Save and set up the sale'],
      [`${event}/edit`, 'Edit event'],
      [`${event}/check-in`, 'Ready for the next ticket'],
      [drop, '2 of 42 seats free'.replace('2 of', '40 of')],
      [`${drop}/orders`, 'Floor, row 1: 5, 6'],
      [`${drop}/report`, 'From entry to ticket'],
      [`${drop}/edit`, 'This sale has opened'],
      [`/organize/drops/${scheduled}`, 'Opens in'],
      [`/organize/drops/${scheduled}/edit`, 'Sections cannot change'],
    ] as const) {
      await page.goto(path);
      await page.getByText(sign).first().waitFor({ state: 'attached' });
      await check(path);
    }

    await page.goto(`${event}/drops/new`);
    await page.getByRole('button', { name: 'Create the sale' }).click();
    await page.getByText(/fields need another look/).waitFor();
    await check('faults');
    await page.getByRole('link', { name: 'Cancel' }).click();
    await page.goto(drop);
    for (const button of ['Pause', 'Move closing', 'Cancel the sale']) {
      await page.getByRole('button', { name: button }).click();
      await page.getByRole('alertdialog').waitFor();
      await check(button);
      await page.keyboard.press('Escape');
      await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    }
    await page.goto(`${event}/check-in`);
    const allTheSame = page.getByRole('button', { name: 'Check tickets all the same' });
    await allTheSame.waitFor();
    await check('another day');
    await allTheSame.click();
    await page.getByLabel('Ticket code').fill('nonsense');
    await page.keyboard.press('Enter');
    await page.locator('section[data-result="invalid"]').waitFor();
    await check('not valid');
    await context.close();
  });

  test('the administrator’s pages, and who may not see them', async () => {
    const context = await browser.visit({ ...calm, phone, as: admin });
    const page = await context.newPage();
    for (const [path, sign] of [
      ['/admin/users', 'Olga Organizer'],
      ['/admin/drops', 'by Olga Organizer'],
      ['/admin/parked', '2 messages are parked'],
      ['/admin/health', 'Everything is ready'],
    ] as const) {
      await page.goto(path);
      await page.getByText(sign).first().waitFor();
      expect({ path, faults: await faults(page) }).toEqual({ path, faults: [] });
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
    }
    await context.close();
    const shopper = await browser.visit({ ...calm, phone, as: await stack.person() });
    const guarded = await shopper.newPage();
    await guarded.goto('/admin');
    await guarded.getByText('Not for your account').waitFor();
    expect(await faults(guarded)).toEqual([]);
    await shopper.close();
  });
});

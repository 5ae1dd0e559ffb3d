import { encodeBatch } from '../../shared/messages/entry-batch.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { createTestBroker } from '../../testing/broker.ts';
import { eventually } from '../../testing/eventually.ts';
import { untilStage } from './start-browser.ts';
import { inSeconds, type Person, type WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
let admin: Person;
let broker: Awaited<ReturnType<typeof createTestBroker>>;
systemForTests(async (started) => {
  ({ system, browser } = started);
  admin = await system.person('admin', 'Ada Admin');
  broker = await createTestBroker(system.namespace);
});
afterAll(() => broker?.stop());

test('a banned user is out, until the ban is lifted', async () => {
  const dropId = await system.drop();
  const shopper = await system.person('shopper', 'Wilma Wrong');
  const [admins, shoppers] = [await browser.visit({ as: admin }), await browser.visit({ as: shopper })];
  const [page, buyerPage] = [await admins.newPage(), await shoppers.newPage()];
  await buyerPage.goto(`/drops/${dropId}`);
  await untilStage(buyerPage, 'open');
  await page.goto('/admin/users');
  await page.getByLabel('Name or e-mail').fill('Wilma');
  const row = page.getByRole('listitem').filter({ hasText: 'Wilma Wrong' });
  await row.getByRole('button', { name: 'Ban' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('button', { name: 'Ban', exact: true }).click();
  await dialog.getByText('Required').waitFor();
  await dialog.getByLabel('Reason').fill('Resells tickets');
  await dialog.getByRole('button', { name: 'Ban', exact: true }).click();
  await row.getByText('Banned', { exact: true }).waitFor();
  await row.getByText('Reason: Resells tickets').waitFor();
  await eventually(() => expect(shopper.entry(dropId)).rejects.toThrow('403'));
  await buyerPage.reload();
  await buyerPage.getByRole('link', { name: 'Sign in' }).first().waitFor();

  await row.getByRole('button', { name: 'Lift ban' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Lift the ban' }).click();
  await row.getByRole('button', { name: 'Ban', exact: true }).waitFor();
  // Sessions from before the ban stay ended.
  await eventually(() => expect(shopper.entry(dropId)).rejects.toThrow('401'));
  await admins.close();
  await shoppers.close();
});

test('a role is changed after a question, and never one’s own', async () => {
  const shopper = await system.person('shopper', 'Paul Promoted');
  const context = await browser.visit({ as: admin });
  const page = await context.newPage();
  await page.goto('/admin/users');
  await page.getByLabel('Name or e-mail').fill('Paul');
  const row = page.getByRole('listitem').filter({ hasText: 'Paul Promoted' });
  await row.getByLabel('Role').selectOption('organizer');
  await page.getByRole('button', { name: 'Cancel' }).click();
  expect((await shopper.ask<{ user: { role: string } }>('GET', '/auth/me')).user.role).toBe('shopper');
  await row.getByLabel('Role').selectOption('organizer');
  await page.getByRole('button', { name: 'Change role' }).click();
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  expect((await shopper.ask<{ user: { role: string } }>('GET', '/auth/me')).user.role).toBe('organizer');
  await page.getByLabel('Name or e-mail').fill(admin.email);
  await page.getByText('You', { exact: true }).waitFor();
  await row.waitFor({ state: 'detached' });
  expect(await page.getByLabel('Role').count()).toBe(0);
  await context.close();
});

test('parked messages are sent again, and are handled', async () => {
  const dropId = await system.drop();
  const buyer = await system.person();
  const { content, options } = encodeBatch(
    { dropId, partition: 0 },
    newBatchId(),
    [`${buyer.id}:2`],
    Date.now(),
    'webtests.1',
  );
  await broker.send(broker.topology.parked, content.toString(), {
    ...options,
    headers: {
      ...(options.headers as object),
      'x-death': [{ queue: broker.topology.entryQueue(0), reason: 'rejected', count: 1 }],
    },
  });
  const context = await browser.visit({ as: admin });
  const page = await context.newPage();
  await page.goto('/admin/parked');
  await page.getByRole('heading', { name: '1 failed message' }).waitFor();
  await page.getByText(`1 entry of sale ${dropId}`).waitFor();
  await page.getByRole('button', { name: 'Send all again' }).click();
  await page.getByRole('button', { name: 'Send again', exact: true }).click();
  await page.getByText('1 sent again, 0 still failed.').waitFor();
  await page.getByRole('heading', { name: 'No failed messages' }).waitFor();
  expect((await buyer.outcome(dropId)).status).toBe('held');
  await context.close();
});

test('the questions of anybody’s sale are seen, changed while it has not opened, and read after that', async () => {
  const dropId = await system.drop({ opensAt: inSeconds(3600), closesAt: inSeconds(9000) });
  const context = await browser.visit({ as: admin });
  const page = await context.newPage();
  await page.goto(`/organize/drops/${dropId}/edit`);
  const question = page.getByLabel('Question', { exact: true });
  await page.getByRole('button', { name: 'Add question' }).waitFor();
  expect(await question.inputValue()).toBe('Which of these is played with a bow?');
  await question.fill('Which of these has a bow?');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/drops\/\d+$/);
  const { questions } = await system.organizer.ask<{ questions: unknown }>('GET', `/drops/${dropId}`);
  expect(questions).toMatchObject([{ text: 'Which of these has a bow?', answer: 'Cello' }]);

  await page.goto(`/organize/drops/${await system.drop()}`);
  await page.getByRole('link', { name: 'Questions' }).click();
  await page.getByText('Answer: Cello').waitFor();
  await context.close();
});

test('all sales are listed by phase, and each tier says how it is', async () => {
  const [open, paused] = [await system.drop(), await system.drop()];
  await system.organizer.ask('POST', `/drops/${paused}/pause`);
  const context = await browser.visit({ as: admin });
  const page = await context.newPage();
  await page.goto('/admin/drops');
  await page.getByText(`Sale ${open} · by Olga Organizer`).waitFor();
  await page.getByLabel('Show').selectOption('paused');
  await page.getByText(`Sale ${open} · by Olga Organizer`).waitFor({ state: 'detached' });
  await page.getByText(`Sale ${paused} · by Olga Organizer`).waitFor();
  await page.getByRole('link', { name: 'The Lanterns' }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();

  await page.goto('/admin/health');
  await page.getByRole('heading', { name: 'All processes are ready' }).waitFor();
  await system.tiers.get('realtime')?.stop();
  await page.getByRole('heading', { name: 'One process is not ready' }).waitFor();
  expect(await page.locator('[data-state="unreachable"] h3').allTextContents()).toEqual(['realtime ']);
  await context.close();
});

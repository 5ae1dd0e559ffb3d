import type { CDPSession, Page } from 'playwright-core';
import { visitDrop } from './start-browser.ts';
import type { WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
let dropId: number;
systemForTests(async (started) => {
  ({ system, browser } = started);
  const sections = ['Floor', 'Lower', 'Upper', 'Gallery', 'Gods'].map((name) => ({
    name,
    rows: 40,
    seatsPerRow: 50,
  }));
  dropId = await system.drop({ sections });
});

const plan = 'svg[viewBox]:has(> g > text)';
const elements = (page: Page) => page.locator(`${plan} *`).count();

/** The present position and scale of the plan. */
async function view(page: Page): Promise<{ x: number; y: number; scale: number }> {
  const transform = (await page.locator(`${plan} > g`).getAttribute('transform')) ?? '';
  const [, x, y, scale] = /translate\((\S+) (\S+)\) scale\((\S+)\)/.exec(transform) ?? ['', 0, 0, 1];
  return { x: Number(x), y: Number(y), scale: Number(scale) };
}

async function untilView(page: Page, isSo: (now: Awaited<ReturnType<typeof view>>) => boolean) {
  for (;;) {
    const now = await view(page);
    if (isSo(now)) return now;
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
  }
}

type Point = [x: number, y: number];

/** Moves fingers from one point to another in steps, as a hand would. */
async function drag(session: CDPSession, fingers: { from: Point; to: Point }[]): Promise<void> {
  const at = (part: number) =>
    fingers.map(({ from, to }, id) => ({
      id,
      x: from[0] + (to[0] - from[0]) * part,
      y: from[1] + (to[1] - from[1]) * part,
    }));
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (const part of [0.25, 0.5, 0.75, 1]) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(part) });
  }
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

test('they are drawn with a few elements a row, and news of a row touches only that row', async () => {
  const context = await browser.visit();
  const page = await visitDrop(context, dropId);
  await page.getByText('10,000 of 10,000 seats free').waitFor({ state: 'attached' });
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await elements(page)).toBeLessThan(200 * 3);

  await page.locator(`${plan} > g`).evaluate((content) => {
    const touched = new Set<Node>();
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === 'attributes' && target !== content) touched.add(target);
        for (const node of addedNodes) touched.add(node);
      }
    }).observe(content, { subtree: true, childList: true, attributes: true });
    Object.assign(globalThis, { touched });
  });
  const buyer = await system.person();
  await buyer.enter(dropId, 4);
  await page.getByText('9,996 of 10,000 seats free').waitFor({ state: 'attached' });
  const touched = await page.evaluate(() => (globalThis as unknown as { touched: Set<Node> }).touched.size);
  // One path each for the free seats, which are fewer, and for the held seats and their holes, which are new.
  expect(touched).toBe(3);
  await buyer.giveBack(dropId);
  await page.getByText('10,000 of 10,000 seats free').waitFor({ state: 'attached' });
  await context.close();
});

test('on a phone they are enlarged by buttons and by two fingers, and moved by one', async () => {
  const context = await browser.visit({ phone: true });
  const page = await visitDrop(context, dropId);
  await page.getByText('10,000 of 10,000 seats free').waitFor({ state: 'attached' });
  const session = await context.newCDPSession(page);
  await page.locator(plan).scrollIntoViewIfNeeded();
  const box = (await page.locator(plan).boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  expect((await view(page)).scale).toBe(1);

  await page.getByRole('button', { name: 'Zoom in' }).click();
  const nearer = await untilView(page, ({ scale }) => scale > 1.4);
  await drag(session, [{ from: [x, y], to: [x - 60, y - 30] }]);
  const moved = await untilView(page, (now) => now.x < nearer.x && now.y < nearer.y);
  expect(moved.scale).toBe(nearer.scale);

  await drag(session, [
    { from: [x - 20, y], to: [x - 80, y] },
    { from: [x + 20, y], to: [x + 80, y] },
  ]);
  await untilView(page, ({ scale }) => scale > moved.scale * 1.5);
  await page.getByRole('button', { name: 'Whole map' }).click();
  await untilView(page, (now) => now.scale === 1 && now.x === 0 && now.y === 0);
  await context.close();
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { calm, faults } from './axe.ts';
import { pagePaths } from '../../shared/contract/page-paths.ts';
import { everyPage, lookAtEach, type Sight } from './every-page.ts';
import { coveredControls, faultsOutOfSight, outOfSight, screens, undirectedText } from './look-at.ts';
import { visitDrop, untilStage } from './start-browser.ts';
import type { WebSystem } from './start-web-system.ts';
import { systemForTests, type Browser } from './system.ts';

let system: WebSystem;
let browser: Browser;
let pages: Awaited<ReturnType<typeof everyPage>>;
systemForTests(
  async (started) => {
    ({ system, browser } = started);
    pages = await everyPage(system);
  },
  () => ({ generalSettings: { CONFIRM_EMAIL: 'yes' } }),
);
afterAll(() => pages?.stop());

/** A folder for pictures of every page, for people to look at. */
const pictures = process.env['SEATDROP_PICTURES'];
/** Parts of names: only these pages are looked at. */
const only = process.env['SEATDROP_PAGES']?.split(',');
/** Windows at a time: while one waits for the servers, the other is measured. */
const atOnce = 2;

test('every route of the app is among the pages that are looked at', () => {
  expect(new Set(pages.sights.map(({ route }) => route))).toEqual(new Set([...pagePaths, '']));
});

test('nothing sticks out, is cut off, covers what has the focus, or breaks WCAG, whatever people typed', async () => {
  const sights = pages.sights.filter(({ name }) => only?.some((part) => name.includes(part)) ?? true);
  const options = { ...calm, browser, url: system.url, atOnce };
  const found = await lookAtEach(sights, options, async (page, sight, path) => {
    await page.setViewportSize(screens[0].viewport);
    await page.goto(path);
    await sight.show(page);
    await page.evaluate(() => document.fonts.ready);
    const seen = await lookAtAllSizes(page, sight);
    return seen.length > 0 ? seen : undefined;
  });
  expect(found).toEqual({});
}, 1_800_000);

test('on a small laptop Buy is in sight without scrolling, and a fault is gone to and seen', async () => {
  const dropId = await system.drop();
  const context = await browser.visit({ as: await system.person(), viewport: screens[2].viewport });
  const page = await visitDrop(context, dropId);
  await untilStage(page, 'open');
  await page.evaluate(() => document.fonts.ready);
  const inSight = async (name: RegExp) => {
    const { y, height } = (await page.getByRole('button', { name }).boundingBox())!;
    expect(y + height).toBeLessThanOrEqual(screens[2].viewport.height);
  };
  await inSight(/^Buy /);
  // The fault appears above the choices and moves nothing out of view.
  await page.getByRole('button', { name: /^Buy / }).click();
  await page.locator('[data-invalid]').first().waitFor();
  expect(await faultsOutOfSight(page)).toEqual([]);
  await context.close();
});

async function lookAtAllSizes(page: Page, sight: Sight): Promise<string[]> {
  const seen = await undirectedText(page);
  if (sight.isRefused) seen.push(...(await faultsOutOfSight(page)));
  for (const { name, viewport } of screens) {
    await page.setViewportSize(viewport);
    await page.evaluate(drawn);
    await picture(page, `${sight.name.replaceAll(/\W+/g, '-')}.${name}.png`);
    const wrong = [...(await outOfSight(page)), ...(await coveredControls(page))];
    // Each colour scheme and each layout once: neither depends on the other.
    if (name === '320') wrong.push(...(await faults(page, ['light'])));
    if (name === '1280') wrong.push(...(await faults(page, ['dark'])));
    seen.push(...wrong.map((fault) => `at ${name} px: ${fault}`));
  }
  return seen;
}

/** Runs in the page: resolves once it has its new size. */
async function drawn(): Promise<void> {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

async function picture(page: Page, file: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  const hasDialog = (await page.getByRole('alertdialog').count()) > 0;
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: join(pictures, file), fullPage: !hasDialog });
}

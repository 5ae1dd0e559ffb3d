import type { Page } from 'playwright-core';
import { calm } from './axe.ts';
import { everyPage, type Sight } from './every-page.ts';
import { screens } from './look-at.ts';
import { slowDown } from './start-browser.ts';
import type { Stack } from './start-stack.ts';
import { systemForTests, type Browser } from './system.ts';

let stack: Stack;
let browser: Browser;
let pages: Awaited<ReturnType<typeof everyPage>>;
systemForTests(async (system) => {
  ({ stack, browser } = system);
  pages = await everyPage(stack);
});
afterAll(() => pages?.stop());

/** What Google calls good. https://web.dev/articles/cls */
const mostShift = 0.1;
/** Pages that load at a time: each of them waits for its own line most of the time. */
const atOnce = 4;
/** What a buyer is told there answers a press of Buy: that is not loading. */
const isAnswerToBuy = ({ name }: Sight) => name === 'entered too early after a lapse';
const only = process.env['SEATDROP_PAGES']?.split(',');

test.each([screens[1], screens[2]])(
  'what comes late moves nothing that was there: $name px',
  async ({ phone, viewport }) => {
    const found: Record<string, unknown> = {};
    // Each page once, in the first of its states: what is done on it afterwards is no loading.
    const seen = new Set<string>();
    const left = pages.sights.filter((sight) => {
      const { name, as, path, prepare } = sight;
      const key = `${as?.id} ${path}`;
      const isNew =
        !prepare &&
        !isAnswerToBuy(sight) &&
        !seen.has(key) &&
        (only?.some((part) => name.includes(part)) ?? true);
      seen.add(key);
      return isNew;
    });
    const work = async () => {
      for (let sight = left.pop(); sight; sight = left.pop()) {
        const context = await browser.visit({ ...calm, phone, viewport, ...(sight.as && { as: sight.as }) });
        const page = await context.newPage();
        const shift = await shiftOf(page, sight).catch((error: unknown) => ({
          sum: 9,
          moved: [String(error)],
        }));
        if (shift.sum >= mostShift) {
          found[sight.name] = shift;
          process.stderr.write(`${sight.name}: ${JSON.stringify(shift, null, 2)}\n`);
        }
        await context.close();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    expect(found).toEqual({});
  },
  1_800_000,
);

type Shift = { sum: number; moved: string[] };

async function shiftOf(page: Page, sight: Sight): Promise<Shift> {
  page.setDefaultTimeout(90_000);
  await page.addInitScript(countShifts);
  await slowDown(page);
  await page.goto(sight.path);
  await sight.show(page);
  return page.evaluate(quiet);
}

type Shifting = PerformanceEntry & {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Element | null; previousRect: DOMRect; currentRect: DOMRect }[];
};

/** Runs in the page from its beginning. All shifts together, which is stricter than the worst five seconds. */
function countShifts(): void {
  const shift = { sum: 0, moved: [] as string[], last: performance.now() };
  Object.assign(globalThis, { shift });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Shifting[]) {
      if (entry.hadRecentInput) continue;
      shift.sum += entry.value;
      shift.last = performance.now();
      for (const { node, previousRect, currentRect } of entry.sources)
        shift.moved.push(
          `${entry.value.toFixed(3)} <${node?.nodeName} class="${node?.parentElement ? node.className : ''}"> ` +
            `${Math.round(previousRect.y)}+${Math.round(previousRect.height)} to ` +
            `${Math.round(currentRect.y)}+${Math.round(currentRect.height)}`,
        );
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Runs in the page: its fonts are there, and nothing has moved for a second. */
async function quiet(): Promise<Shift> {
  await document.fonts.ready;
  const { shift } = globalThis as unknown as { shift: Shift & { last: number } };
  const since = performance.now();
  while (performance.now() - Math.max(since, shift.last) < 1_000)
    await new Promise((done) => setTimeout(done, 100));
  return { sum: shift.sum, moved: shift.moved };
}

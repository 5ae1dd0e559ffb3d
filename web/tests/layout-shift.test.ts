import type { Page, Request } from 'playwright-core';
import { calm } from './axe.ts';
import { everyPage, lookAtEach, type Sight } from './every-page.ts';
import { screens } from './look-at.ts';
import { slowDown, withoutCache } from './start-browser.ts';
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

/** The limit of "good": https://web.dev/articles/cls */
const mostShift = 0.1;
/** Windows that load at a time: each of them mostly waits for its slow connection. */
const atOnce = 6;
/** This state is the answer to a press of Buy, not a part of loading. */
const isAnswerToBuy = ({ name }: Sight) => name === 'entered too early after a lapse';
const only = process.env['SEATDROP_PAGES']?.split(',');

test.each([screens[1], screens[2]])(
  'what comes late moves nothing that was there: $name px',
  async ({ phone, viewport }) => {
    // Each page once, in the first of its states: what is done on it afterwards is not loading.
    const seen = new Set<string>();
    const sights = pages.sights.filter((sight) => {
      const { name, as, path, isRefused, prepare } = sight;
      const key = `${as?.id} ${path}`;
      const isNew =
        !prepare &&
        !isRefused &&
        !isAnswerToBuy(sight) &&
        !seen.has(key) &&
        (only?.some((part) => name.includes(part)) ?? true);
      seen.add(key);
      return isNew;
    });
    const prepareWindow = async (page: Page) => {
      page.setDefaultTimeout(90_000);
      await page.addInitScript(countShifts);
      await withoutCache(page);
    };
    const options = { ...calm, browser, url: system.url, atOnce, prepareWindow, phone, viewport };
    const found = await lookAtEach(sights, options, async (page, sight, path) => {
      const shift = await shiftOf(page, sight, path);
      return shift.sum >= mostShift ? shift : undefined;
    });
    expect(found).toEqual({});
  },
  1_800_000,
);

type Shift = { sum: number; moved: string[] };

async function shiftOf(page: Page, sight: Sight, path: string): Promise<Shift> {
  await slowDown(page);
  const loading = new Set<Request>();
  const onEnd = (request: Request) => void loading.delete(request);
  page
    .on('request', (request) => void loading.add(request))
    .on('requestfinished', onEnd)
    .on('requestfailed', onEnd);
  try {
    await page.goto(path);
    await sight.show(page);
    return await page.evaluate(quiet);
  } catch (error) {
    const waitsFor = Array.from(loading, (request) => `${request.method()} ${request.url()}`);
    throw new Error(`waits for ${waitsFor.join(', ')}\n${String(error)}`, { cause: error });
  } finally {
    page
      .removeAllListeners('request')
      .removeAllListeners('requestfinished')
      .removeAllListeners('requestfailed');
  }
}

type Shifting = PerformanceEntry & {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Element | null; previousRect: DOMRect; currentRect: DOMRect }[];
};

/** Runs in the page from its start. Adds up all shifts, which is stricter than the worst five seconds. */
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

/** Runs in the page: resolves once its fonts are loaded and nothing has moved for a second. */
async function quiet(): Promise<Shift> {
  // Otherwise nothing would come late.
  for (const { name, transferSize } of performance.getEntriesByType(
    'resource',
  ) as PerformanceResourceTiming[])
    if (name.endsWith('.js') && transferSize === 0) throw new Error(`${name} came from the cache`);
  await document.fonts.ready;
  const { shift } = globalThis as unknown as { shift: Shift & { last: number } };
  const since = performance.now();
  while (performance.now() - Math.max(since, shift.last) < 1_000)
    await new Promise((done) => setTimeout(done, 100));
  return { sum: shift.sum, moved: shift.moved };
}

import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import type { Stage } from '../src/drop/stage-of.ts';
import type { Person, WebSystem } from './start-web-system.ts';

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

export type VisitOptions = {
  /** Who is signed in. */
  as?: Person;
  phone?: boolean;
  /** The device's clock is off by so many milliseconds. */
  clockOff?: number;
  socketsBlocked?: boolean;
} & BrowserContextOptions;

/** Where Debian, Ubuntu and Alpine put it; another place can be named. */
const executablePath = process.env['SEATDROP_CHROMIUM'] ?? '/usr/bin/chromium';

export type Browser = Awaited<ReturnType<typeof startBrowser>>;

/** A Chromium of its own for one test file. Whatever a page complains about is kept. */
export async function startBrowser(system: WebSystem) {
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const complaints: string[] = [];
  const strangers: string[] = [];

  return {
    /** Faults of scripts and breaches of the content policy, from all pages so far. */
    complaints,
    /** Requests to any other host. */
    strangers,
    /** A browser of somebody's own: cookies, storage and all. */
    async visit({ as, phone: isPhone, clockOff, socketsBlocked, ...options }: VisitOptions = {}) {
      const context = await browser.newContext({
        baseURL: system.url,
        locale: 'en-GB',
        timezoneId: 'Europe/London',
        ...(isPhone ? phone : { viewport: { width: 1280, height: 900 } }),
        ...options,
      });
      context.setDefaultTimeout(20_000);
      if (as) await context.addCookies([{ name: 'session', value: as.token, url: system.url }]);
      if (clockOff !== undefined) await context.addInitScript(shiftClock, clockOff);
      if (socketsBlocked) await context.routeWebSocket(/socket\.io/, (socket) => void socket.close());
      context.on('request', (request) => {
        if (!request.url().startsWith(system.url)) strangers.push(request.url());
      });
      context.on('weberror', (error) => complaints.push(String(error.error())));
      context.on('console', (message) => {
        if (/Content Security Policy|Warning:|React/.test(message.text())) complaints.push(message.text());
      });
      return context;
    },
    stop: () => browser.close(),
  };
}

/**
 * A page that is used for one visit after another: a new browser window for each costs three times as much. `visitAs`
 * makes the next one that of somebody who has never been here.
 */
export async function openWindow(browser: Browser, url: string, options: Omit<VisitOptions, 'as'> = {}) {
  const context = await browser.visit(options);
  const page = await context.newPage();
  return {
    page,
    async visitAs(person?: Person): Promise<void> {
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await context.setOffline(false);
      await page.emulateMedia({ colorScheme: null });
      if (page.url().startsWith(url)) await page.evaluate(forgetAll);
      await context.clearCookies();
      if (person) await context.addCookies([{ name: 'session', value: person.token, url }]);
    },
    close: () => context.close(),
  };
}

/** Runs in the page. */
function forgetAll(): void {
  localStorage.clear();
  sessionStorage.clear();
}

/** Runs in the page, before anything else there does. */
function shiftClock(by: number): void {
  const RealDate = Date;
  const now = () => RealDate.now() + by;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args) =>
      args.length === 0 ? new target(now()) : (Reflect.construct(target, args) as object),
    get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
  });
}

type StageKind = Stage['kind'];

/** Waits until the page shows that stage. */
export async function untilStage(page: Page, stage: StageKind): Promise<void> {
  await page.locator(`[data-stage="${stage}"]`).waitFor();
}

/** From now on; resolves to a function that says which stages the page has shown since. */
export async function watchStages(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const shown: string[] = [];
    Object.assign(globalThis, { stagesShown: shown });
    const look = () => {
      const stage = document.querySelector<HTMLElement>('[data-stage]')?.dataset['stage'] ?? '';
      if (stage !== last) shown.push(stage);
      last = stage;
    };
    let last = document.querySelector<HTMLElement>('[data-stage]')?.dataset['stage'] ?? '';
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { stagesShown: string[] }).stagesShown);
}

export async function visitDrop(context: BrowserContext, dropId: number): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`/drops/${dropId}`);
  return page;
}

/** Answers the question and presses Buy. */
export async function buy(page: Page, quantity = 2): Promise<void> {
  await page.getByRole('radio', { name: 'Cello' }).check();
  await page.getByRole('radio', { name: String(quantity), exact: true }).check({ force: true });
  await page
    .getByRole('button', { name: /^(Buy|Join standby) / })
    .first()
    .click();
}

/** Everything is asked for again at each load, as by somebody who has never been here. */
export async function withoutCache(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
}

/** A poor mobile connection: 50 KB a second, an answer after 400 ms at the earliest. */
export async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 400,
    downloadThroughput: 50 * 1024,
    uploadThroughput: 50 * 1024,
  });
}

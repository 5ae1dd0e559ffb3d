import {
  chromium,
  type BrowserContext,
  type BrowserContextOptions,
  type FrameLocator,
  type Page,
} from 'playwright-core';
import type { Stage } from '../src/drop/stage-of.ts';
import type { Person, WebSystem } from './start-web-system.ts';

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

export type VisitOptions = {
  /** The user who is signed in. */
  as?: Person;
  phone?: boolean;
  /** Milliseconds by which the device's clock is ahead. */
  clockOff?: number;
  socketsBlocked?: boolean;
} & BrowserContextOptions;

/** The place on Debian, Ubuntu and Alpine; the setting names another. */
const executablePath = process.env['SEATDROP_CHROMIUM'] ?? '/usr/bin/chromium';

export type Browser = Awaited<ReturnType<typeof startBrowser>>;

/** A Chromium for one test file. Collects what pages complain about. */
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
    /** Script errors and violations of the content policy, of all pages so far. */
    complaints,
    /** Requests to any other host. */
    strangers,
    /** A browser context: its own cookies and storage. */
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
 * One page that is used for many visits: a new window for each takes three times as long. `visitAs` makes the
 * next visit that of somebody who was never here.
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

/** Runs in the page before its scripts. */
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

/** Records the stages that the page shows from now on; resolves to a function that returns them. */
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

/** Every load fetches everything, as at a first visit. */
export async function withoutCache(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
}

/** The provider's part of the pay page, once it has loaded. */
export async function cardsOn(page: Page): Promise<FrameLocator> {
  const frame = page.frameLocator('iframe[src^="/sandbox-payments/frame/cards"]');
  await frame.getByRole('radio').first().waitFor();
  return frame;
}

/** On the pay page: chooses the card of this name, and pays. */
export async function payWith(page: Page, card: RegExp): Promise<void> {
  await (await cardsOn(page)).getByRole('radio', { name: card }).check();
  await page.getByRole('button', { name: /^Pay / }).click();
}

/** Answers the bank, which asks inside the pay page. */
export async function answerBank(page: Page, answer: 'Approve' | 'Refuse'): Promise<void> {
  const frame = page.frameLocator('iframe[src^="/sandbox-payments/frame/challenge"]');
  await frame.getByRole('button', { name: answer }).click();
}

/** A poor mobile connection: 50 KB/s, and 400 ms of latency. */
export async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 400,
    downloadThroughput: 50 * 1024,
    uploadThroughput: 50 * 1024,
  });
}

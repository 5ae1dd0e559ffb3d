import { startBrowser, type Browser } from './start-browser.ts';
import { startWebSystem, type WebSystem, type WebSystemOptions } from './start-web-system.ts';

export type { Browser };

/** The whole system and a browser for the tests of a file. After each test, no page may have complained. */
export function systemForTests(
  ready: (started: { system: WebSystem; browser: Browser }) => unknown,
  options: () => WebSystemOptions | Promise<WebSystemOptions> = () => ({}),
): void {
  let system: WebSystem | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    system = await startWebSystem(await options());
    browser = await startBrowser(system);
    await ready({ system, browser });
  }, 120_000);
  afterEach(() => {
    expect(browser?.complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.stop();
    await system?.stop();
  }, 60_000);
  jest.setTimeout(120_000);
}

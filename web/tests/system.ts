import { startBrowser, type Browser } from './start-browser.ts';
import { startStack, type Stack } from './start-stack.ts';

export type { Browser };

/** The whole system and a browser for the tests of a file. After each of them no page may have complained. */
export function systemForTests(ready: (system: { stack: Stack; browser: Browser }) => unknown): void {
  let stack: Stack | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    stack = await startStack();
    browser = await startBrowser(stack);
    await ready({ stack, browser });
  }, 120_000);
  afterEach(() => {
    expect(browser?.complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.stop();
    await stack?.stop();
  }, 60_000);
  jest.setTimeout(120_000);
}

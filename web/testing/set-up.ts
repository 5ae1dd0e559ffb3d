/** Runs before each test file of the pages. */
// eslint-disable-next-line import/no-unassigned-import -- jsdom has no database
import 'fake-indexeddb/auto';
import { cleanup, configure } from '@testing-library/react';
import { api } from './api.ts';

// On a busy machine rendering takes a while. A longer limit does not slow down a test that passes.
configure({ asyncUtilTimeout: 5_000 });

// jsdom has no layout and no popovers.
Object.assign(globalThis, {
  ResizeObserver: class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
});
HTMLElement.prototype.hidePopover = () => {};
HTMLElement.prototype.showPopover = () => {};
HTMLElement.prototype.scrollIntoView = () => {};
window.scrollTo = () => {};
window.matchMedia = (media) =>
  Object.assign(new EventTarget(), {
    media,
    matches: false,
    onchange: null,
    addListener() {},
    removeListener() {},
  }) as MediaQueryList;

const unexpected: string[] = [];

beforeAll(() =>
  api.listen({
    onUnhandledRequest: (request) => void unexpected.push(`${request.method} ${request.url}`),
  }),
);

afterEach(() => {
  cleanup();
  jest.useRealTimers();
  api.resetHandlers();
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState(null, '', '/');
  // Pages handle many failed requests silently. A test fails for each that it did not expect.
  const asked = unexpected.splice(0);
  if (asked.length > 0) throw new Error(`Nobody said what to answer to ${asked.join(', ')}`);
});

afterAll(async () => {
  // Requests of a page that was left end before its document is gone.
  await new Promise((resolve) => setImmediate(resolve));
  api.close();
});

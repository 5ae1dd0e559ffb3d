/** Runs before each test file of the pages. */
import { cleanup, configure } from '@testing-library/react';
import { api } from './api.ts';

// On a busy machine drawing takes a while; who waits for something that comes waits no longer for that.
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
  // A page swallows many a failed request. A test should not.
  const asked = unexpected.splice(0);
  if (asked.length > 0) throw new Error(`Nobody said what to answer to ${asked.join(', ')}`);
});

afterAll(async () => {
  // What a page had under way when it was left ends before its document is gone.
  await new Promise((resolve) => setImmediate(resolve));
  api.close();
});

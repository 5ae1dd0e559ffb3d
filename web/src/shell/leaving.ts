/** Lets a page with unsaved work ask before it is left by any link or button. */
import type { AroundNavHandler } from 'wouter';

type Leave = () => void;
type Hold = { here: string; ask: (leave: Leave) => void };
let held: Hold | undefined;

/** Whether leaving now would lose unsaved work. */
export const isPageHeld = () => held !== undefined;

/** Runs around every navigation within the pages. */
export const aroundLeaving: AroundNavHandler = (navigate, to, options) => {
  if (held) held.ask(() => navigate(to, options));
  else navigate(to, options);
};

// The router listens too, and window listeners run in the order in which they were added: this one has to be
// added before the first page renders.
window.addEventListener('popstate', (event) => {
  const there = location.href;
  if (!held || there === held.here) return;
  // The address has already changed; it is put back before other listeners see it.
  event.stopImmediatePropagation();
  history.pushState(null, '', held.here);
  held.ask(() => history.pushState(null, '', there));
});

window.addEventListener('beforeunload', (event) => {
  if (held) event.preventDefault();
});

/**
 * From now on `ask` is called instead of leaving, with a function that leaves after all. Covers our own
 * links, Back and Forward and, in the browser's words, closing and reloading. Returns how to stop.
 */
export function holdPage(ask: (leave: Leave) => void): () => void {
  const hold: Hold = { here: location.href, ask };
  held = hold;
  return () => {
    if (held === hold) held = undefined;
  };
}

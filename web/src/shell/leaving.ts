/** Lets a page with unsaved work ask before somebody leaves it, by whatever link or button. */
import type { AroundNavHandler } from 'wouter';

type Leave = () => void;
type Hold = { here: string; ask: (leave: Leave) => void };
let held: Hold | undefined;

/** Whether somebody would lose work that is not saved. */
export const isPageHeld = () => held !== undefined;

/** Goes around every navigation of ours. */
export const aroundLeaving: AroundNavHandler = (navigate, to, options) => {
  if (held) held.ask(() => navigate(to, options));
  else navigate(to, options);
};

// The router listens too. Listeners of the window are called in the order in which they came, so this one has to be
// there before the first page is drawn.
window.addEventListener('popstate', (event) => {
  const there = location.href;
  if (!held || there === held.here) return;
  // The address has changed already; before anybody else hears of it, it is put back.
  event.stopImmediatePropagation();
  history.pushState(null, '', held.here);
  held.ask(() => history.pushState(null, '', there));
});

window.addEventListener('beforeunload', (event) => {
  if (held) event.preventDefault();
});

/**
 * From now on `ask` is called instead of leaving, with what to call should they want to leave all the same. Covers our
 * own links, Back and Forward, and (in the browser's words) closing and reloading. Returns how to let go again.
 */
export function holdPage(ask: (leave: Leave) => void): () => void {
  const hold: Hold = { here: location.href, ask };
  held = hold;
  return () => {
    if (held === hold) held = undefined;
  };
}

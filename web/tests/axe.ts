/** Faults that axe finds on a page, for WCAG 2.2 AA and best practices. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Without animations: axe would measure the colours of a transition. */
export const calm = { reducedMotion: 'reduce' } as const;

/**
 * Runs in the page: resolves once the new colours are shown and no transition is running. A colour that is inherited
 * begins its own transition only when that of the parent has changed it, so there may be as many rounds as elements are
 * nested.
 */
async function colourSettled(): Promise<void> {
  let running: Animation[];
  do {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    running = document.getAnimations().filter((each) => each instanceof CSSTransition);
    await Promise.allSettled(running.map(({ finished }) => finished));
  } while (running.length > 0);
}

/** The faults of the page as it is now, by default in both colour schemes. */
export async function faults(
  page: Page,
  colorSchemes: readonly ('light' | 'dark')[] = ['light', 'dark'],
): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of colorSchemes) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(colourSettled);
    // In each frame: the one of the page asks the others.
    for (const frame of page.frames())
      if (!(await frame.evaluate(() => 'axe' in globalThis))) await frame.evaluate(axe);
    const results = await page.evaluate<AxeResults, string[]>(async (values) => {
      const { axe: loaded } = globalThis as unknown as { axe: typeof import('axe-core') };
      return loaded.run(document, { runOnly: { type: 'tag', values } });
    }, rules);
    for (const { id, help, nodes } of results.violations) {
      found.push(
        `${colorScheme} ${id}: ${help} — ${nodes.map((node) => node.html + ' ' + (node.failureSummary ?? '')).join(' ')}`,
      );
    }
  }
  return found;
}

/** Measures what is wrong with how a page is displayed. */
import type { Page } from 'playwright-core';

/** Widths that are measured: the narrowest phone in use, a usual phone, a small laptop. */
export const screens = [
  { name: '320', phone: true, viewport: { width: 320, height: 640 } },
  { name: '390', phone: true, viewport: { width: 390, height: 844 } },
  { name: '1280', phone: false, viewport: { width: 1280, height: 720 } },
] as const;

/** Elements that stick out of the screen sideways, or are cut off where nobody can scroll to them. */
export function outOfSight(page: Page): Promise<string[]> {
  return page.evaluate((screen) => {
    const found: string[] = [];
    const name = (element: Element) =>
      `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${(element.textContent ?? '').slice(0, 50)}`;
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > screen) found.push(`the page is ${scrollWidth} px wide`);
    for (const element of document.body.querySelectorAll<HTMLElement>('*')) {
      // Of a drawing only its own frame counts. Text for screen readers is clipped on purpose.
      if (element.parentElement?.closest('svg') || element.closest('.unseen, [href="#main"], option'))
        continue;
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const { left, right, width } = element.getBoundingClientRect();
      let frame = { left: 0, right: screen };
      let decoration = element.closest('svg') !== null && element.getAttribute('role') !== 'img';
      for (let outer = element.parentElement; outer && outer !== document.body; outer = outer.parentElement) {
        const { overflowX } = getComputedStyle(outer);
        // Content of this element can be scrolled to.
        if (overflowX === 'auto' || overflowX === 'scroll') {
          decoration = true;
          break;
        }
        if (overflowX === 'hidden' || overflowX === 'clip') {
          const box = outer.getBoundingClientRect();
          frame = { left: Math.max(frame.left, box.left), right: Math.min(frame.right, box.right) };
        }
      }
      if (decoration || width === 0) continue;
      if (left < frame.left - 1 || right > frame.right + 1)
        found.push(`${Math.round(left)} to ${Math.round(right)}: ${name(element)}`);
      const { overflowX, textOverflow } = getComputedStyle(element);
      const isFrame = overflowX === 'visible' || overflowX === 'hidden' || overflowX === 'clip';
      if (isFrame && textOverflow !== 'ellipsis' && !element.matches('svg, input, select, textarea')) {
        // Text that overflows its element without making it wider.
        const range = document.createRange();
        for (const node of element.childNodes) {
          if (node.nodeType !== Node.TEXT_NODE) continue;
          range.selectNodeContents(node);
          const text = range.getBoundingClientRect();
          if (text.width > 0 && (text.left < frame.left - 1 || text.right > frame.right + 1))
            found.push(`words from ${Math.round(text.left)} to ${Math.round(text.right)}: ${name(element)}`);
          else if (text.width > 0 && (text.left < left - 2 || text.right > right + 2))
            found.push(`words out of their box: ${name(element)}`);
        }
      }
    }
    return found.slice(0, 12);
  }, page.viewportSize()!.width);
}

/**
 * Moves to each control as the keyboard does. Returns those that a bar covers (WCAG 2.4.11, and 2.4.12 for
 * those that fit between the bars) or that stay outside the window.
 */
export function coveredControls(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const open = document.querySelector('[role="alertdialog"], [popover]:popover-open');
    const controls = (open ?? document).querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, summary, [tabindex="0"]',
    );
    const scrolled = { x: scrollX, y: scrollY };
    for (const control of controls) {
      if (control.closest('svg, [href="#main"]') || control.matches('[data-base-ui-focus-guard]')) continue;
      if (!control.checkVisibility({ visibilityProperty: true })) continue;
      control.focus();
      if (document.activeElement !== control) continue;
      const shown = control;
      const box = shown.getBoundingClientRect();
      if (box.width < 2 || box.height < 2) continue;
      // A part of a tall control is enough, and of a text area, which scrolls to its caret.
      const isTall = box.height > innerHeight / 3 || control.matches('textarea');
      const inset = Math.min(3, box.width / 3, box.height / 3);
      const heights = isTall
        ? [(Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2]
        : [box.top + inset, box.top + box.height / 2, box.bottom - inset];
      for (const y of heights) {
        const x = box.left + box.width / 2;
        const at = document.elementFromPoint(x, y);
        const isSeen =
          at !== null && (shown.contains(at) || at.contains(shown) || at.closest('label')?.contains(shown));
        if (isSeen) continue;
        const label = control.getAttribute('aria-label') ?? shown.textContent ?? '';
        found.push(
          `${control.tagName} ${label.slice(0, 40)} at ${Math.round(y)} of ${innerHeight} is under ${at ? `<${at.tagName} class="${at.getAttribute('class') ?? ''}">` : 'nothing: out of the window'}`,
        );
        break;
      }
    }
    scrollTo(scrolled.x, scrolled.y);
    return found;
  });
}

/** Faults shown after a submission that cannot be seen, or whose field cannot while it has the focus. */
export async function faultsOutOfSight(page: Page): Promise<string[]> {
  // The focus moves there once the fault is rendered.
  const hasFocus = () =>
    document.activeElement?.matches('[aria-invalid="true"], [data-invalid], [data-fault]');
  await page.waitForFunction(hasFocus, undefined, { timeout: 10_000 }).catch(() => undefined);
  return page.evaluate(() => {
    const found: string[] = [];
    const isSeen = (element: Element) => {
      const box = element.getBoundingClientRect();
      const inset = Math.min(3, box.height / 3);
      return [box.top + inset, box.top + box.height / 2, box.bottom - inset].every((y) => {
        const at = document.elementFromPoint(box.left + Math.min(box.width / 2, 40), y);
        return at !== null && (element.contains(at) || at.contains(element));
      });
    };
    const active = document.activeElement;
    const isFault = active?.matches('[aria-invalid="true"], [data-invalid], [data-fault]') === true;
    if (!isFault) found.push(`the focus is on ${active?.outerHTML.slice(0, 120)}`);
    const [first] = document.querySelectorAll('[aria-invalid="true"], [data-invalid], [data-fault]');
    if (isFault && first !== active) found.push(`not the first fault: ${active.outerHTML.slice(0, 120)}`);
    const ids = active?.closest('[aria-describedby]')?.getAttribute('aria-describedby')?.split(' ') ?? [];
    const told = ids.map((id) => document.getElementById(id)).filter((element) => element !== null);
    if (isFault && !active.matches('[data-fault]') && told.length === 0)
      found.push('the fault is not tied to it');
    for (const element of active ? [active.closest('label') ?? active, ...told] : [])
      if (!isSeen(element)) found.push(`covered: ${element.outerHTML.slice(0, 120)}`);
    return found;
  });
}

/** Right-to-left texts of users inside a line with the page's direction, whose order they could change. */
export function undirectedText(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.nodeValue ?? '';
      const outer = node.parentElement;
      if (!/\p{Script=Arabic}/u.test(text) || !outer || outer.closest('svg, option, script, textarea'))
        continue;
      const isIsolated =
        /\u2068[^\u2069]*\p{Script=Arabic}/u.test(text) || outer.closest('bdi, [dir="auto"]') !== null;
      if (!isIsolated)
        found.push(`no direction: <${outer.tagName} class="${outer.className}"> ${text.slice(0, 60)}`);
    }
    for (const field of document.querySelectorAll<HTMLInputElement>('input, textarea'))
      if (/\p{Script=Arabic}/u.test(field.value) && field.dir !== 'auto' && field.type !== 'radio')
        found.push(`no direction: ${field.outerHTML.slice(0, 80)}`);
    return found;
  });
}

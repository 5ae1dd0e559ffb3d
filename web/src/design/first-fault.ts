/** After a submission that failed, the focus moves to the first fault, which is scrolled into view. */
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

const faulty = '[aria-invalid="true"], [data-invalid], [data-fault]';

/** The first fault in reading order: an invalid field, or a notice. */
function focusFirstFault(inside: ParentNode | null): void {
  const first = inside?.querySelector<HTMLElement>(faulty);
  if (!first) return;
  first.focus({ preventScroll: true });
  const ids = first.closest('[aria-describedby]')?.getAttribute('aria-describedby')?.split(' ') ?? [];
  // The control itself is scrolled to last, so that it is certain to be visible.
  for (const id of ids) document.getElementById(id)?.scrollIntoView({ block: 'nearest' });
  (first.closest('label') ?? first).scrollIntoView({ block: 'nearest' });
}

/** `show` takes the state change that renders the faults; the focus moves once they are rendered. */
export function useFirstFault<E extends HTMLElement>(): { inside: RefObject<E | null>; show: () => void } {
  const inside = useRef<E>(null);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    if (times > 0) focusFirstFault(inside.current);
  }, [times]);
  const show = useCallback(() => setTimes((count) => count + 1), []);
  return { inside, show };
}

/** The same for a form of react-hook-form, after each submission. */
export function useFirstFaultOf(submitCount: number): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (submitCount > 0) focusFirstFault(form.current);
  }, [submitCount]);
  return form;
}

/** After a press that did not work, the focus goes to what is in the way, and that is scrolled into sight. */
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';

const faulty = '[aria-invalid="true"], [data-invalid], [data-fault]';

/** The first fault in reading order: a field that is wrong, or a notice that says what else is. */
function focusFirstFault(inside: ParentNode | null): void {
  const first = inside?.querySelector<HTMLElement>(faulty);
  if (!first) return;
  first.focus({ preventScroll: true });
  const told = first.closest('[aria-describedby]')?.getAttribute('aria-describedby')?.split(' ') ?? [];
  // What is scrolled to last is in sight for certain: the control itself.
  for (const id of told) document.getElementById(id)?.scrollIntoView({ block: 'nearest' });
  (first.closest('label') ?? first).scrollIntoView({ block: 'nearest' });
}

/** `show` is called with the change that draws the faults; they are gone to once they are drawn. */
export function useFirstFault<E extends HTMLElement>(): { inside: RefObject<E | null>; show: () => void } {
  const inside = useRef<E>(null);
  const [times, setTimes] = useState(0);
  useEffect(() => {
    if (times > 0) focusFirstFault(inside.current);
  }, [times]);
  const show = useCallback(() => setTimes((count) => count + 1), []);
  return { inside, show };
}

/** The same for a form of react-hook-form, after each time that it was sent. */
export function useFirstFaultOf(submitCount: number): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (submitCount > 0) focusFirstFault(form.current);
  }, [submitCount]);
  return form;
}

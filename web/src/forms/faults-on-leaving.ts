/** When a form shows faults: once a field was left, and from then on while it is edited. */
import type { FormEvent } from 'react';
import type { FieldPath, FieldValues, UseFormReturn } from 'react-hook-form';

/**
 * Handlers for the form element, whose mode stays `onSubmit`. The library's own `onTouched` validates new
 * rows of a list at once, and so marks fields that nobody could fill in yet.
 */
export function faultsOnLeaving<Values extends FieldValues>({
  trigger,
  getFieldState,
}: Pick<UseFormReturn<Values>, 'trigger' | 'getFieldState'>) {
  return {
    onBlur(event: FormEvent) {
      const name = nameOf<Values>(event);
      if (name) void untilReleased().then(() => trigger(name));
    },
    onInput(event: FormEvent) {
      const name = nameOf<Values>(event);
      if (name && getFieldState(name).invalid) void trigger(name);
    },
  };
}

function nameOf<Values extends FieldValues>({ target }: FormEvent): FieldPath<Values> | undefined {
  const { name } = target as { name?: string };
  return name ? (name as FieldPath<Values>) : undefined;
}

/**
 * Waits for the end of the press that left a field. A fault that appears or goes before the release would
 * move the pressed element away from the pointer, and the click would be lost.
 */
function untilReleased(): Promise<void> {
  if (document.querySelector(':active') === null) return Promise.resolve();
  return new Promise((resolve) => {
    const released = () => {
      document.removeEventListener('pointerup', released);
      document.removeEventListener('pointercancel', released);
      // The click event follows right after.
      setTimeout(resolve);
    };
    document.addEventListener('pointerup', released);
    document.addEventListener('pointercancel', released);
  });
}

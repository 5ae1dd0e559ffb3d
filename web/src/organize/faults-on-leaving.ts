/** When a form says what is wrong: once a field is left, and from then on while it is typed in. */
import type { FormEvent } from 'react';
import type { FieldPath, FieldValues, UseFormReturn } from 'react-hook-form';

/**
 * Handlers for the form element, whose mode stays `onSubmit`. The library's own `onTouched` checks new rows of a list
 * at once, and so marks what nobody has had a chance to fill in.
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
 * Leaving a field by pressing on something else: a line of fault that came or went before the release would move that
 * something from under the pointer, and the press would be lost.
 */
function untilReleased(): Promise<void> {
  if (document.querySelector(':active') === null) return Promise.resolve();
  return new Promise((resolve) => {
    const released = () => {
      document.removeEventListener('pointerup', released);
      document.removeEventListener('pointercancel', released);
      // The click comes right after.
      setTimeout(resolve);
    };
    document.addEventListener('pointerup', released);
    document.addEventListener('pointercancel', released);
  });
}

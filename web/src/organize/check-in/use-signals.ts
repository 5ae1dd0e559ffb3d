import { useEffect } from 'react';
import { allowSound, giveSignal } from './signals.ts';
import type { Result } from './use-check-in.ts';

/** A signal for each ticket that was checked. */
export function useSignals(result: Result | undefined, sound: boolean) {
  useEffect(() => {
    const events = ['pointerdown', 'keydown'] as const;
    for (const name of events) document.addEventListener(name, allowSound);
    return () => {
      for (const name of events) document.removeEventListener(name, allowSound);
    };
  }, []);
  useEffect(() => {
    if (result && result.kind !== 'undone' && result.kind !== 'choose')
      giveSignal(result.kind === 'let_in' ? 'yes' : 'no', { sound });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each ticket
  }, [result?.key]);
}

/** Messages for screen readers alone, about changes that others see. */
import { createContext, use, useCallback, useState, type ReactNode } from 'react';

type Say = (message: string, urgency?: 'polite' | 'now') => void;

const SayContext = createContext<Say>(() => {});

export function Announcer({ children }: { children: ReactNode }) {
  const [polite, setPolite] = useState('');
  const [now, setNow] = useState('');
  const say = useCallback<Say>((message, urgency = 'polite') => {
    const set = urgency === 'now' ? setNow : setPolite;
    // A live region is not read again for an unchanged text. An invisible space makes the same message a
    // different text.
    set((last) => (last === message ? `${message}\u00a0` : message));
  }, []);
  return (
    <SayContext value={say}>
      {children}
      <div className="unseen" role="status" aria-live="polite">
        {polite}
      </div>
      <div className="unseen" role="alert" aria-live="assertive">
        {now}
      </div>
    </SayContext>
  );
}

export const useSay = () => use(SayContext);

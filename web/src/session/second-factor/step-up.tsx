import { useEffect, useState } from 'react';
import { factorProver } from '../../api/http.ts';
import { Part, part } from '../../shell/parts.tsx';

const StepUpDialog = part(() => import('./step-up-dialog.tsx'));

/**
 * Asks for the second factor when the server wants it again; the request is then repeated. On the pages that have such
 * acts.
 */
export function StepUp() {
  const [end, setEnd] = useState<(isProven: boolean) => void>();
  useEffect(() => {
    let asked: Promise<boolean> | undefined;
    const ask = () => {
      // Several requests at once are one question.
      asked ??= new Promise<boolean>((resolve) => {
        setEnd(() => (isProven: boolean) => {
          asked = undefined;
          setEnd(undefined);
          resolve(isProven);
        });
      });
      return asked;
    };
    factorProver.ask = ask;
    return () => {
      if (factorProver.ask === ask) factorProver.ask = undefined;
    };
  }, []);
  return end ? (
    <Part>
      <StepUpDialog onEnd={end} />
    </Part>
  ) : null;
}

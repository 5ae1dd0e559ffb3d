import { useState, type ReactNode } from 'react';
import { Confirm } from '../design/late-confirm.tsx';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { useStaffFault } from './use-staff-fault.ts';

type AskFirstProps = {
  title: string;
  text: string;
  yes: string;
  no: string;
  bad?: boolean;
  /** Rejects when it did not work; then the question stays, and says why. */
  act: () => Promise<void>;
  close: () => void;
  children?: ReactNode;
};

/** A question before something that matters, which is then done while it is still shown. */
export function AskFirst({ title, text, yes, no, bad, act, close, children }: AskFirstProps) {
  const faultOf = useStaffFault();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const go = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await act();
      close();
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Confirm
      open
      bad={bad ?? false}
      onOpenChange={(open) => !open && close()}
      title={title}
      text={text}
      yes={yes}
      no={no}
      busy={isBusy}
      onYes={() => void go()}
    >
      {children}
      {error !== undefined && <Notice tone="bad">{faultOf(error)}</Notice>}
    </Confirm>
  );
}

type AskingButtonProps = Omit<AskFirstProps, 'close' | 'children'> & {
  label: string;
  look?: 'solid' | 'quiet' | 'bad';
  describedBy?: string;
};

/** A button that asks first. */
export function AskingButton({ label, look = 'quiet', describedBy, ...question }: AskingButtonProps) {
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button look={look} aria-describedby={describedBy} onClick={() => setAsked(true)}>
        {label}
      </Button>
      {isAsked && <AskFirst {...question} close={() => setAsked(false)} />}
    </>
  );
}

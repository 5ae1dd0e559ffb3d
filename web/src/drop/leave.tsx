/** Giving something up: asks first, and says so when it does not work. */
import { useState } from 'react';
import { Confirm } from '../design/late-confirm.tsx';
import { ask } from '../api/http.ts';
import type { Entry } from '../api/types.ts';
import { useFault } from '../api/use-fault.ts';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import type { LiveDrop } from './use-drop.ts';

type LeaveProps = {
  live: LiveDrop;
  label: string;
  title: string;
  text: string;
  yes: string;
  no: string;
};

export function Leave({ live, label, title, text, yes, no }: LeaveProps) {
  const [isAsked, setAsked] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const [error, setError] = useState<unknown>();
  const fault = useFault(error);

  const leave = async () => {
    setLeaving(true);
    setError(undefined);
    try {
      const { data } = await ask<Entry>('DELETE', `/drops/${live.drop.id}/entry`);
      setAsked(false);
      live.setEntry(data.status === 'released' ? { ...data, reason: 'given_back' } : data);
    } catch (caught) {
      setError(caught);
      void live.askEntry();
    } finally {
      setLeaving(false);
    }
  };

  return (
    <>
      <Button look="quiet" onClick={() => setAsked(true)}>
        {label}
      </Button>
      {isAsked && (
        <Confirm
          open
          onOpenChange={setAsked}
          title={title}
          text={text}
          yes={yes}
          no={no}
          busy={isLeaving}
          onYes={() => void leave()}
        >
          {fault && <Notice tone="bad">{fault}</Notice>}
        </Confirm>
      )}
    </>
  );
}

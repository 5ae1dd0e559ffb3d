/** Giving something up: asks first, and says so when it does not work. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/http.ts';
import type { Entry } from '../api/types.ts';
import { useFault } from '../api/use-fault.ts';
import { Button } from '../design/button.tsx';
import { ConfirmDialog } from '../design/confirm-dialog.tsx';
import type { ConfirmWords } from '../design/confirm-popup.tsx';
import type { LiveDrop } from './use-drop.ts';

type LeaveProps = ConfirmWords & { live: LiveDrop; label: string };

export function Leave({ live, label, ...question }: LeaveProps) {
  const [isAsked, setAsked] = useState(false);
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: () => ask<Entry>('DELETE', `/drops/${live.drop.id}/entry`),
    onSuccess({ data }) {
      setAsked(false);
      live.setEntry(data.status === 'released' ? { ...data, reason: 'given_back' } : data);
    },
    onError: () => void live.askEntry(),
  });
  const fault = useFault(error);
  return (
    <>
      <Button
        look="quiet"
        onClick={() => {
          reset();
          setAsked(true);
        }}
      >
        {label}
      </Button>
      {isAsked && (
        <ConfirmDialog
          {...question}
          busy={isPending}
          fault={fault}
          onYes={() => mutate()}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}

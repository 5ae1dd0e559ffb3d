/** Gives up a hold or a place in standby, after a confirmation that also shows errors. */
import { useMutation } from '@tanstack/react-query';
import { ask } from '../api/http.ts';
import type { Entry } from '../api/types.ts';
import { useFault } from '../api/use-fault.ts';
import { ConfirmButton } from '../design/confirm-button.tsx';
import type { ConfirmWords } from '../design/confirm-popup.tsx';
import type { LiveDrop } from './use-drop.ts';

type LeaveProps = ConfirmWords & { live: LiveDrop; label: string };

export function Leave({ live, ...props }: LeaveProps) {
  const mutation = useMutation({
    mutationFn: () => ask<Entry>('DELETE', `/drops/${live.drop.id}/entry`),
    onSuccess: ({ data }) =>
      live.setEntry(data.status === 'released' ? { ...data, reason: 'given_back' } : data),
    onError: () => void live.askEntry(),
  });
  return <ConfirmButton {...props} mutation={mutation} fault={useFault(mutation.error)} />;
}

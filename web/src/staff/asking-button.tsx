import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../design/button.tsx';
import { ConfirmDialog } from '../design/confirm-dialog.tsx';
import type { ConfirmWords } from '../design/confirm-popup.tsx';
import { useStaffFault } from './use-staff-fault.ts';

type AskingButtonProps = ConfirmWords & {
  label: string;
  look?: 'solid' | 'quiet' | 'bad';
  describedBy?: string;
  /** Rejects when it did not work; then the question stays, and says why. */
  act: () => Promise<unknown>;
};

/** A button that asks first, and does what it asked about while the question is still shown. */
export function AskingButton({ label, look = 'quiet', describedBy, act, ...question }: AskingButtonProps) {
  const faultOf = useStaffFault();
  const [isAsked, setAsked] = useState(false);
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: act,
    onSuccess: () => setAsked(false),
  });
  return (
    <>
      <Button
        look={look}
        aria-describedby={describedBy}
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
          fault={faultOf(error)}
          onYes={() => mutate()}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}

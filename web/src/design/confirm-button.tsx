import type { UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from './button.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import type { ConfirmWords } from './confirm-popup.tsx';

export type ConfirmButtonProps = ConfirmWords & {
  label: string;
  look?: 'solid' | 'quiet' | 'bad';
  describedBy?: string | undefined;
  /** What runs after confirmation. The dialog stays until it has succeeded, and says why if it failed. */
  mutation: Pick<UseMutationResult<unknown, Error, void>, 'mutate' | 'isPending' | 'reset'>;
  fault: string | undefined;
};

/** A button that asks for confirmation and runs its mutation while the dialog is open. */
export function ConfirmButton({
  label,
  look = 'quiet',
  describedBy,
  mutation,
  fault,
  ...question
}: ConfirmButtonProps) {
  const [isAsked, setAsked] = useState(false);
  const { mutate, isPending, reset } = mutation;
  const close = () => setAsked(false);
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
          fault={fault}
          onYes={() => mutate(undefined, { onSuccess: close })}
          onClose={close}
        />
      )}
    </>
  );
}

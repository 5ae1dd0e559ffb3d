import { useMutation } from '@tanstack/react-query';
import { ConfirmButton, type ConfirmButtonProps } from '../design/confirm-button.tsx';
import { useStaffFault } from './use-staff-fault.ts';

type AskingButtonProps = Omit<ConfirmButtonProps, 'mutation' | 'fault'> & {
  /** Rejects if it failed. */
  act: () => Promise<unknown>;
};

/** A button that asks for confirmation, with errors in the words for organizers. */
export function AskingButton({ act, ...props }: AskingButtonProps) {
  const faultOf = useStaffFault();
  const mutation = useMutation({ mutationFn: act });
  return <ConfirmButton {...props} mutation={mutation} fault={faultOf(mutation.error)} />;
}

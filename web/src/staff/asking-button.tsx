import { useMutation } from '@tanstack/react-query';
import { ConfirmButton, type ConfirmButtonProps } from '../design/confirm-button.tsx';
import { useStaffFault } from './use-staff-fault.ts';

type AskingButtonProps = Omit<ConfirmButtonProps, 'mutation' | 'fault'> & {
  /** Rejects when it did not work. */
  act: () => Promise<unknown>;
};

/** A button that asks first, with faults in the words of those who run sales. */
export function AskingButton({ act, ...props }: AskingButtonProps) {
  const faultOf = useStaffFault();
  const mutation = useMutation({ mutationFn: act });
  return <ConfirmButton {...props} mutation={mutation} fault={faultOf(mutation.error)} />;
}

import { Part, part } from '../shell/parts.tsx';
import type { ConfirmDialogProps } from './confirm-popup.tsx';

const ConfirmPopup = part(() => import('./confirm-popup.tsx'));

/** Asks before something that matters; drawn while it is asked. What it is made of is loaded with the first question. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Part>
      <ConfirmPopup {...props} />
    </Part>
  );
}

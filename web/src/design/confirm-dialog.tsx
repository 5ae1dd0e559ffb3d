import { Part, part } from '../shell/parts.tsx';
import type { ConfirmDialogProps } from './confirm-popup.tsx';

const ConfirmPopup = part(() => import('./confirm-popup.tsx'));

/** A confirmation; render it while it is open. Its code is loaded with the first one. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Part>
      <ConfirmPopup {...props} />
    </Part>
  );
}

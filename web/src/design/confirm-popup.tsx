import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useEffect, type ReactNode } from 'react';
import { Button } from './button.tsx';
import styles from './confirm-dialog.module.css';
import { useFirstFault } from './first-fault.ts';
import { Notice } from './notice.tsx';

export type ConfirmWords = {
  title: string;
  text: string;
  yes: string;
  no: string;
  /** The confirmed action destroys something. */
  bad?: boolean;
};

export type ConfirmDialogProps = ConfirmWords & {
  /** The action is running: the dialog stays until it has succeeded, or says why it failed. */
  busy?: boolean;
  fault?: string | undefined;
  onYes: () => void;
  onClose: () => void;
  children?: ReactNode;
};

/** The content of a `ConfirmDialog`. On a phone it is at the bottom, near the thumb. */
export default function ConfirmPopup({
  title,
  text,
  yes,
  no,
  bad,
  busy = false,
  fault,
  onYes,
  onClose,
  children,
}: ConfirmDialogProps) {
  const { inside, show } = useFirstFault<HTMLDivElement>();
  // A fault is known when the button is pressed, or when the server has answered.
  useEffect(() => {
    if (!busy) show();
  }, [busy, fault, show]);
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup className={styles.popup}>
          <AlertDialog.Title render={<h2 />}>{title}</AlertDialog.Title>
          <AlertDialog.Description>{text}</AlertDialog.Description>
          <div ref={inside} className={styles.inside}>
            {children}
            {fault && <Notice tone="bad">{fault}</Notice>}
          </div>
          <div className={styles.buttons}>
            <AlertDialog.Close render={<Button look="quiet" />}>{no}</AlertDialog.Close>
            <Button
              look={bad === true ? 'sure' : 'solid'}
              busy={busy}
              onClick={() => {
                onYes();
                show();
              }}
            >
              {yes}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

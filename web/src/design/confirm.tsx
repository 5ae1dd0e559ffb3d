import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useEffect, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { useFirstFault } from './first-fault.ts';
import styles from './confirm.module.css';

type ConfirmProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  text: string;
  yes: string;
  no: string;
  busy?: boolean;
  /** What is agreed to destroys something. */
  bad?: boolean;
  onYes: () => void;
  children?: ReactNode;
};

/** Asks before something that cannot be undone. On a phone it comes up where the thumb is. */
export default function Confirm({
  open,
  onOpenChange,
  title,
  text,
  yes,
  no,
  busy,
  bad,
  onYes,
  children,
}: ConfirmProps) {
  const { inside, show } = useFirstFault<HTMLDivElement>();
  // What was wrong is known at the press, or when the server has answered.
  useEffect(() => {
    if (busy === false) show();
  }, [busy, show]);
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup className={styles.popup}>
          <AlertDialog.Title render={<h2 />}>{title}</AlertDialog.Title>
          <AlertDialog.Description>{text}</AlertDialog.Description>
          <div ref={inside} className={styles.inside}>
            {children}
          </div>
          <div className={styles.buttons}>
            <AlertDialog.Close render={<Button look="quiet" />}>{no}</AlertDialog.Close>
            <Button
              look={bad === true ? 'sure' : 'solid'}
              busy={busy ?? false}
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

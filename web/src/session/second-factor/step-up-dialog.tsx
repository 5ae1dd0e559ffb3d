import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/http.ts';
import { Button } from '../../design/button.tsx';
import styles from '../../design/confirm-dialog.module.css';
import { Notice } from '../../design/notice.tsx';
import { Skeleton } from '../../design/skeleton.tsx';
import { FactorForm, type FactorStep } from './factor-form.tsx';
import { useFactorFault, useFactorWords } from './words.ts';

/** Asks for the second factor again. `onEnd` says whether it was proven. */
export default function StepUpDialog({ onEnd }: { onEnd: (isProven: boolean) => void }) {
  const words = useFactorWords();
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['proof'],
    gcTime: 0,
    staleTime: Infinity,
    queryFn: async () => (await ask<FactorStep>('POST', '/auth/second-factor/start-proof')).data,
  });
  const fault = useFactorFault(error);
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onEnd(false)}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup className={styles.popup}>
          <AlertDialog.Title render={<h2 />}>{words.stepTitle}</AlertDialog.Title>
          <AlertDialog.Description>{words.againWhy}</AlertDialog.Description>
          <div className={styles.inside}>
            {data && (
              <FactorForm
                key={data.token}
                step={data}
                prove={async (body) => {
                  try {
                    await ask('POST', '/auth/second-factor/proof', { body });
                  } catch (refusal) {
                    // A challenge is answered by a passkey once, so the next try needs another.
                    if ((body.answer as { kind?: string }).kind === 'passkey') void refetch();
                    throw refusal;
                  }
                  onEnd(true);
                }}
              />
            )}
            {!data && !error && <Skeleton heights={[3, 3]} />}
            {fault && (
              <>
                <Notice tone="bad">{fault}</Notice>
                <Button look="quiet" busy={isFetching} onClick={() => void refetch()}>
                  {words.tryAgain}
                </Button>
              </>
            )}
          </div>
          <div className={styles.buttons}>
            <AlertDialog.Close render={<Button look="quiet" />}>{words.cancel}</AlertDialog.Close>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

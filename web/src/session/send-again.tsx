import { useMutation } from '@tanstack/react-query';
import { ask } from '../api/http.ts';
import { useFault } from '../api/use-fault.ts';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import styles from './unconfirmed-notice.module.css';
import { useConfirmWords } from './confirm-words.ts';

/** Where the link was mailed to, and a button for another one. */
export default function SendAgain({ email }: { email: string }) {
  const words = useConfirmWords();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => ask('POST', '/auth/confirm/send'),
  });
  const fault = useFault(error);
  return (
    <aside aria-label={words.confirmToBuy}>
      <details className={styles.bar}>
        <summary>{words.confirmToBuy}</summary>
        <div className={styles.more}>
          {/* In the same place, so that the page below is not moved. */}
          <p role="status">{isSuccess ? words.sent : words.notice(email)}</p>
          {fault && <Notice tone="bad">{fault}</Notice>}
          <Button look="quiet" busy={isPending} onClick={() => mutate()}>
            {words.sendAgain}
          </Button>
        </div>
      </details>
    </aside>
  );
}

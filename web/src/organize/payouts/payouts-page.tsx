/**
 * Whether an organizer can be paid, and the way to the payment provider's page for those who cannot. The provider sends
 * them back here, with `from=provider`, or with `from=old-link` if its link was used or is too old.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSearch } from 'wouter';
import { ask } from '../../api/http.ts';
import { Button } from '../../design/button.tsx';
import { Head } from '../../design/head.tsx';
import { Notice } from '../../design/notice.tsx';
import { LoadFailed, Page } from '../../design/page.tsx';
import { Skeleton } from '../../design/skeleton.tsx';
import { payoutAccountQuery, type PayoutAccount } from '../../staff/queries.ts';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import { leaveFor } from './leave-for.ts';
import styles from './payouts.module.css';

export default function PayoutsPage() {
  const words = useWords();
  const { title, lead } = words.payouts;
  const from = new URLSearchParams(useSearch()).get('from');
  const { data, error, refetch } = useQuery(payoutAccountQuery({ asksProvider: from !== null }));
  return (
    <Page title={title}>
      <Head up={{ href: '/organize', label: words.dropPages.allEvents }} title={title} lead={lead} />
      {data ? (
        <PayoutState account={data} isLinkOld={from === 'old-link'} />
      ) : error ? (
        <LoadFailed error={error} retry={refetch} />
      ) : (
        <Skeleton heights={[12]} />
      )}
    </Page>
  );
}

type PayoutStateProps = {
  account: PayoutAccount;
  /** The organizer opened a link that does not work any more, and is sent to a new one. */
  isLinkOld: boolean;
};

function PayoutState({ account, isLinkOld }: PayoutStateProps) {
  const { payouts: words } = useWords();
  const { state, account: id, isRequired } = account;
  const { text, action } = words.states[state];
  return (
    <section className={styles.panel} aria-labelledby="payout-state">
      <h2 id="payout-state">{words.states[state].title}</h2>
      <p>{text}</p>
      {isRequired === true && state !== 'ready' && <p>{words.required}</p>}
      {id !== undefined && <p className={styles.soft}>{words.account(id)}</p>}
      {action !== undefined && (
        <Steps label={action} isLinkOld={isLinkOld} canCheck={state !== 'not_connected'} />
      )}
    </section>
  );
}

function Steps({ label, isLinkOld, canCheck }: { label: string; isLinkOld: boolean; canCheck: boolean }) {
  const { payouts: words } = useWords();
  const faultOf = useStaffFault();
  const client = useQueryClient();
  const leaving = useMutation({
    mutationFn: async () => {
      const { data } = await ask<{ url: string }>('POST', '/payout-account', { timeout: 30_000 });
      leaveFor(data.url);
      // Busy until the page is gone.
      return new Promise<never>(() => {});
    },
  });
  const checking = useMutation({
    mutationFn: async () => (await ask<PayoutAccount>('POST', '/payout-account/check')).data,
    onSuccess: (found) => {
      for (const asksProvider of [true, false])
        client.setQueryData(payoutAccountQuery({ asksProvider }).queryKey, found);
    },
  });
  const { mutate: leave } = leaving;
  useEffect(() => {
    if (isLinkOld) leave();
  }, [isLinkOld, leave]);
  const fault = faultOf(leaving.error ?? checking.error);
  return (
    <>
      <div className={styles.buttons}>
        <Button busy={leaving.isPending} onClick={() => leave()}>
          {label}
        </Button>
        {canCheck && (
          <Button look="quiet" busy={checking.isPending} onClick={() => checking.mutate()}>
            {words.check}
          </Button>
        )}
      </div>
      {fault !== undefined && <Notice tone="bad">{fault}</Notice>}
    </>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { ButtonLink } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { Page } from '../../design/page.tsx';
import { Head } from '../../design/head.tsx';
import { Skeleton } from '../../design/skeleton.tsx';
import { useMe } from '../../session/use-me.ts';
import { payoutAccountQuery } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from '../form.module.css';
import { LoadedEvent } from '../loaded.tsx';
import { DropForm } from './drop-form.tsx';

export default function NewDropPage() {
  const words = useWords();
  const me = useMe();
  const { id } = useParams<{ id: string }>();
  const { data: account, isPending } = useQuery(payoutAccountQuery({ asksProvider: false }));
  const isMissing = account?.isRequired === true && account.state !== 'ready';
  return (
    <LoadedEvent id={id}>
      {(event) => (
        <Page title={words.drop.newTitle}>
          <Head
            up={{ href: '/organize', label: words.events.title }}
            title={words.drop.newTitle}
            lead={words.drop.for(event.title)}
          />
          {isPending ? (
            <Skeleton heights={[12, 12]} />
          ) : (
            <div className={styles.form}>
              {isMissing && event.organizerId === me?.id && <PayoutsFirst />}
              <DropForm event={event} />
            </div>
          )}
        </Page>
      )}
    </LoadedEvent>
  );
}

/** Before the form is filled in, since it cannot be saved. */
function PayoutsFirst() {
  const { payouts: words } = useWords();
  return (
    <div className={styles.buttons}>
      <Notice>{words.required}</Notice>
      <ButtonLink look="quiet" href="/organize/payouts">
        {words.open}
      </ButtonLink>
    </div>
  );
}

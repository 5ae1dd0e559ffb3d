import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import type { Event } from '../../api/types.ts';
import { Head } from '../../design/head.tsx';
import { Notice } from '../../design/notice.tsx';
import { LoadFailed, Page } from '../../design/page.tsx';
import { Skeleton } from '../../design/skeleton.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { holdersQuery, type HolderCounts } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import { LoadedEvent } from '../loaded.tsx';
import { CancelEvent } from './cancel-event.tsx';
import styles from './holders.module.css';
import { MailingList } from './mailing-list.tsx';
import { WriteMessage } from './write-message.tsx';

export default function HoldersPage() {
  const { id } = useParams<{ id: string }>();
  return <LoadedEvent id={id}>{(event) => <Holders event={event} />}</LoadedEvent>;
}

function Holders({ event }: { event: Event }) {
  const { holders: words, events } = useWords();
  const { data: counts, error, refetch } = useQuery(holdersQuery(event.id));
  return (
    <Page title={`${words.title}: ${event.title}`}>
      <Head up={{ href: '/organize', label: events.title }} title={words.title} lead={event.title} />
      <div className={styles.page}>
        {event.cancelled && <Notice>{words.cancelled}</Notice>}
        {counts ? (
          <>
            <Figures counts={counts} />
            {!event.cancelled && <WriteMessage event={event} counts={counts} />}
          </>
        ) : error ? (
          <LoadFailed error={error} retry={refetch} />
        ) : (
          <Skeleton heights={[5, 12]} />
        )}
        {/* Only below what is known, which would move it otherwise. */}
        {(counts ?? error) && <MailingList event={event} />}
        {!event.cancelled && counts && <CancelEvent event={event} counts={counts} />}
      </div>
    </Page>
  );
}

function Figures({ counts }: { counts: HolderCounts }) {
  const { format } = useLocale();
  const { holders: words } = useWords();
  const paid = counts.paid.filter(({ amount }) => amount > 0);
  return (
    <dl className={styles.figures}>
      <div>
        <dt>{words.people}</dt>
        <dd>{format.number(counts.holders)}</dd>
      </div>
      <div>
        <dt>{words.tickets}</dt>
        <dd>{format.number(counts.tickets)}</dd>
      </div>
      {paid.length > 0 && (
        <div>
          <dt>{words.paid}</dt>
          <dd>{format.list(paid.map((money) => format.money(money)))}</dd>
        </div>
      )}
    </dl>
  );
}

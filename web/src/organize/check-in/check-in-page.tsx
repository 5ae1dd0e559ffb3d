import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import type { Event } from '../../api/types.ts';
import { Page } from '../../design/page.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { Head } from '../../staff/head.tsx';
import { checkInsQuery } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import { LoadedEvent } from '../loaded.tsx';
import { Camera } from './camera.tsx';
import styles from './check-in-page.module.css';
import { CodeField } from './code-field.tsx';
import { RecentResults, ResultPanel } from './result-panel.tsx';
import { useCheckIn } from './use-check-in.ts';

export default function CheckInPage() {
  const { id } = useParams<{ id: string }>();
  return <LoadedEvent id={id}>{(event) => <Door key={event.id} event={event} />}</LoadedEvent>;
}

function Door({ event }: { event: Event }) {
  const words = useWords();
  const { format } = useLocale();
  const { check, results, isChecking } = useCheckIn(event.id);
  return (
    <Page title={`${words.checkIn.title} · ${event.title}`}>
      <Head
        up={{ href: '/organize', label: words.events.title }}
        title={words.checkIn.title}
        lead={`${event.title} · ${format.moment(event.startsAt, event.timeZone)}`}
        actions={<Counts eventId={event.id} />}
      />
      <div className={styles.door}>
        <div className={styles.side}>
          <p className={styles.soft}>{words.checkIn.lead}</p>
          <CodeField check={check} isChecking={isChecking} />
          <Camera check={check} />
        </div>
        <ResultPanel result={results[0]} timeZone={event.timeZone} />
        <RecentResults results={results.slice(1)} timeZone={event.timeZone} />
      </div>
    </Page>
  );
}

function Counts({ eventId }: { eventId: number }) {
  const { format } = useLocale();
  const { checkIn: words } = useWords();
  const { data } = useQuery(checkInsQuery(eventId));
  return (
    <p className={styles.counts}>
      <strong>{data ? format.number(data.checkedIn) : '–'}</strong> {words.inside}{' '}
      <span className={styles.soft}>{data && words.outOf(format.number(data.sold))}</span>
    </p>
  );
}

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'wouter';
import type { Event } from '../../api/types.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { Page } from '../../design/page.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { Head } from '../../design/head.tsx';
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

const day = 86_400_000;

function Door({ event }: { event: Event }) {
  const words = useWords();
  const { format } = useLocale();
  const when = format.moment(event.startsAt, event.timeZone);
  // Far from the event's day this is the wrong event, or a trial that would use up tickets.
  const [isAnotherDay] = useState(() => Math.abs(Date.parse(event.startsAt) - serverClock.now()) > day);
  const [isSure, setSure] = useState(false);
  const { check, results, isChecking } = useCheckIn(event.id);
  return (
    <Page title={`${words.checkIn.title} · ${event.title}`}>
      <Head
        up={{ href: '/organize', label: words.events.title }}
        title={words.checkIn.title}
        lead={`${event.title} · ${when}`}
        actions={<Counts eventId={event.id} />}
      />
      <div className={styles.door}>
        <div className={styles.side}>
          <p className={styles.soft}>{words.checkIn.lead}</p>
          {isAnotherDay && !isSure ? (
            <Notice>
              <p>{words.checkIn.anotherDay(when)}</p>
              <Button look="quiet" onClick={() => setSure(true)}>
                {words.checkIn.anotherDayYes}
              </Button>
            </Notice>
          ) : (
            <>
              <CodeField check={check} isChecking={isChecking} />
              <Camera check={check} />
            </>
          )}
        </div>
        <ResultPanel
          result={results[0]}
          timeZone={event.timeZone}
          undo={(code) => void check(code, 'undo')}
        />
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

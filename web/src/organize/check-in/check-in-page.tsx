import { useState } from 'react';
import { useParams } from 'wouter';
import type { Event } from '../../api/types.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { Page } from '../../design/page.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import { Head } from '../../design/head.tsx';
import { useWords } from '../../staff/use-words.ts';
import { LoadedEvent } from '../loaded.tsx';
import { Camera } from './camera.tsx';
import styles from './check-in-page.module.css';
import { CodeField } from './code-field.tsx';
import { DoorSettings } from './door-settings.tsx';
import { Doubles, OddAdmissions } from './odd-admissions.tsx';
import { FoundTickets } from './found-tickets.tsx';
import { RecentResults, ResultPanel } from './result-panel.tsx';
import { DoorStanding } from './standing.tsx';
import { useSoundChoice, useThisDoor } from './this-door.ts';
import { useCheckIn } from './use-check-in.ts';
import { useDoor, type DoorState } from './use-door.ts';
import { useSignals } from './use-signals.ts';

export default function CheckInPage() {
  const { id } = useParams<{ id: string }>();
  return <LoadedEvent id={id}>{(event) => <Door key={event.id} event={event} />}</LoadedEvent>;
}

const day = 86_400_000;

function Door({ event }: { event: Event }) {
  const words = useWords();
  const { format } = useLocale();
  const { timeZone } = event;
  const when = format.moment(event.startsAt, timeZone);
  // Far from the event's day this is the wrong event, or a trial that would use up tickets.
  const [isAnotherDay] = useState(() => Math.abs(Date.parse(event.startsAt) - serverClock.now()) > day);
  const [isSure, setSure] = useState(false);
  const here = useThisDoor();
  const sound = useSoundChoice();
  const door = useDoor(event.id, here);
  const checkIn = useCheckIn({ eventId: event.id, here, connection: door.connection, changed: door.changed });
  useSignals(checkIn.results[0], sound[0]);
  return (
    <Page title={`${words.checkIn.title} · ${event.title}`}>
      <Head
        up={{ href: '/organize', label: words.events.title }}
        title={words.checkIn.title}
        lead={`${event.title} · ${when}`}
        actions={<Counts door={door} />}
      />
      <div className={styles.door}>
        <div className={styles.side}>
          <DoorStanding door={door} timeZone={timeZone} />
          {isAnotherDay && !isSure ? (
            <Notice>
              <p>{words.checkIn.anotherDay(when)}</p>
              <Button look="quiet" onClick={() => setSure(true)}>
                {words.checkIn.anotherDayYes}
              </Button>
            </Notice>
          ) : (
            <>
              <CodeField read={checkIn.read} isChecking={checkIn.isChecking} />
              <Camera check={checkIn.check} />
            </>
          )}
        </div>
        <ResultPanel checkIn={checkIn} timeZone={timeZone} />
        <div className={styles.rest}>
          <FoundTickets eventId={event.id} checkIn={checkIn} door={door} here={here} timeZone={timeZone} />
          <OddAdmissions admissions={door.odd} forget={checkIn.forget} timeZone={timeZone} />
          <RecentResults results={checkIn.results.slice(1)} timeZone={timeZone} />
          <Doubles eventId={event.id} count={door.counts?.doubles ?? 0} timeZone={timeZone} />
          <DoorSettings here={here} sound={sound} places={door.counts?.places ?? []} />
        </div>
      </div>
    </Page>
  );
}

function Counts({ door: { counts } }: { door: DoorState }) {
  const { format } = useLocale();
  const { checkIn: words } = useWords();
  return (
    <p className={styles.counts}>
      <strong>{counts ? format.number(counts.checkedIn) : '–'}</strong> {words.inside}{' '}
      <span className={styles.soft}>{counts && words.outOf(format.number(counts.sold))}</span>
    </p>
  );
}

/** Where the user is signed in, and how to end it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { z } from 'zod';
import type { sessionList } from '@seatdrop/shared/contract/accounts.ts';
import { ask } from '../api/http.ts';
import { one } from '../api/reading.ts';
import type { User } from '../api/types.ts';
import { useFault } from '../api/use-fault.ts';
import { Button } from '../design/button.tsx';
import { ConfirmButton } from '../design/confirm-button.tsx';
import { Notice } from '../design/notice.tsx';
import rows from '../design/rows.module.css';
import { Skeleton } from '../design/skeleton.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './auth.module.css';
import { useSessionWords, type SessionWords } from './session-words.ts';

type Sessions = z.infer<typeof sessionList>;
type Session = Sessions['sessions'][number];

export const sessionsQuery = (userId: number) => one<Sessions>(['sessions', userId], '/auth/sessions');

export function SessionList({ user }: { user: User }) {
  const words = useSessionWords();
  const heading = useRef<HTMLHeadingElement>(null);
  const { data, error, refetch, isFetching } = useQuery(sessionsQuery(user.id));
  const fault = useFault(error);
  return (
    <section className={styles.form}>
      <div>
        <h2 ref={heading} tabIndex={-1}>
          {words.sessionsTitle}
        </h2>
        <p className={styles.lead}>{words.sessionsWhy}</p>
      </div>
      {data && <Sessions user={user} sessions={data.sessions} onEnded={() => heading.current?.focus()} />}
      {!data && !error && <Skeleton heights={[5, 5]} />}
      {!data && error && (
        <>
          <Notice tone="bad">{fault}</Notice>
          <Button look="quiet" busy={isFetching} onClick={() => void refetch()}>
            {words.sessionsAgain}
          </Button>
        </>
      )}
    </section>
  );
}

type SessionsProps = {
  user: User;
  sessions: Session[];
  /** The button that had the focus is gone. */
  onEnded: () => void;
};

function Sessions({ user, sessions, onEnded }: SessionsProps) {
  const words = useSessionWords();
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries(sessionsQuery(user.id));
  const ending = useMutation({
    mutationFn: ({ id }: Session) => ask('DELETE', `/auth/sessions/${id}`),
    onSuccess: async () => {
      await refresh();
      onEnded();
    },
    // The session may have ended by itself.
    onError: refresh,
  });
  const endingOthers = useMutation({
    mutationFn: () => ask('DELETE', '/auth/sessions'),
    onSuccess: async () => {
      ending.reset();
      await refresh();
    },
  });
  const fault = useFault(ending.error);
  const faultOfAll = useFault(endingOthers.error);
  const { isPending, isSuccess, variables } = ending;
  const hasOthers = sessions.some(({ current }) => !current);
  return (
    <>
      <ul className={rows.rows}>
        {sessions.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            isEnding={isPending && variables.id === session.id}
            end={() => ending.mutate(session)}
          />
        ))}
      </ul>
      {fault && <Notice tone="bad">{fault}</Notice>}
      {isSuccess && <Notice tone="good">{words.sessionEnded(deviceOf(variables, words))}</Notice>}
      {endingOthers.isSuccess && !hasOthers && <Notice tone="good">{words.othersEnded}</Notice>}
      {hasOthers ? (
        <div>
          <ConfirmButton
            label={words.endOthers}
            title={words.endOthersTitle}
            text={words.endOthersText}
            yes={words.endOthers}
            no={words.endOthersNo}
            bad
            mutation={endingOthers}
            fault={faultOfAll}
          />
        </div>
      ) : (
        <p className={styles.lead}>{words.onlyHere}</p>
      )}
    </>
  );
}

type SessionRowProps = { session: Session; isEnding: boolean; end: () => void };

function SessionRow({ session, isEnding, end }: SessionRowProps) {
  const { format } = useLocale();
  const words = useSessionWords();
  const { id, current, madeAt, seenAt, address } = session;
  const moment = (at: string) => format.moment(at, format.here);
  return (
    <li className={styles.session}>
      <div className={rows.cell}>
        <p className={rows.name} id={`session-${id}`}>
          {deviceOf(session, words)}
          {current && <span className={styles.mark}>{words.thisOne}</span>}
        </p>
        <p className={rows.soft}>
          {words.madeAt(moment(madeAt))} · <bdi>{address}</bdi>
        </p>
        {!current && <p className={rows.soft}>{words.seenAt(moment(seenAt))}</p>}
      </div>
      {!current && (
        <Button look="quiet" busy={isEnding} aria-describedby={`session-${id}`} onClick={end}>
          {words.endSession}
        </Button>
      )}
    </li>
  );
}

function deviceOf({ browser, system }: Session, words: SessionWords): string {
  if (browser !== null && system !== null) return words.device(browser, system);
  return browser ?? system ?? words.unknownDevice;
}

/** Asking to become an organizer, and what became of it. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type { ownOrganizerRequest } from '@seatdrop/shared/contract/organizer-requests.ts';
import { ask, Refusal } from '../api/http.ts';
import { meQuery } from '../api/queries.ts';
import { one } from '../api/reading.ts';
import type { User } from '../api/types.ts';
import { faultText, useFault } from '../api/use-fault.ts';
import { Button, ButtonLink } from '../design/button.tsx';
import { FieldFrame } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './auth.module.css';
import { useOwnDataWords } from './own-data-words.ts';
import data from './own-data.module.css';

type Own = z.infer<typeof ownOrganizerRequest>;

const requestQuery = (userId: number) => one<Own>(['organizer request', userId], '/me/organizer-request');
/** An admin may decide while the page is open. */
const askAgainMs = 15_000;

export default function OrganizerRequest({ user }: { user: User }) {
  const words = useOwnDataWords();
  const client = useQueryClient();
  const {
    data: own,
    error,
    refetch,
    isFetching,
  } = useQuery({
    ...requestQuery(user.id),
    refetchInterval: ({ state }) => (state.data?.request?.status === 'open' ? askAgainMs : false),
  });
  const fault = useFault(error);
  const isNews = own?.request?.status === 'accepted' && user.role === 'shopper';
  // The menu of the page does not know yet.
  useEffect(() => {
    if (isNews) void client.invalidateQueries({ queryKey: meQuery.queryKey });
  }, [isNews, client]);
  // Whoever was made an organizer in another way need not read about asking.
  if (user.role !== 'shopper' && own?.request?.status !== 'accepted') return null;
  return (
    <section className={styles.form}>
      <div>
        <h2>{words.organizerTitle}</h2>
        <p className={styles.lead}>{words.organizerWhy}</p>
      </div>
      {own && <State own={own} user={user} />}
      {!own && !error && <Skeleton heights={[3]} />}
      {!own && error && (
        <>
          <Notice tone="bad">{fault}</Notice>
          <Button look="quiet" busy={isFetching} onClick={() => void refetch()}>
            {words.again}
          </Button>
        </>
      )}
    </section>
  );
}

function State({ own: { request, mayAsk, mayAskAt }, user }: { own: Own; user: User }) {
  const { format } = useLocale();
  const words = useOwnDataWords();
  if (request?.status === 'accepted' && !mayAsk)
    return (
      <>
        <Notice tone="good">{words.organizerAccepted}</Notice>
        {request.reason !== null && <Quote text={request.reason} />}
        <div>
          <ButtonLink look="quiet" href="/organize">
            {words.organizerGo}
          </ButtonLink>
        </div>
      </>
    );
  if (request?.status === 'open')
    return (
      <>
        <Notice>{words.organizerOpen}</Notice>
        <Quote text={request.text} />
      </>
    );
  return (
    <>
      {request?.status === 'declined' && (
        <>
          <p>{words.organizerDeclined}</p>
          <Quote text={request.reason ?? ''} />
        </>
      )}
      {mayAsk && <Ask user={user} />}
      {!mayAsk && mayAskAt !== null && (
        <p className={styles.lead}>{words.organizerAgain(format.moment(mayAskAt, format.here))}</p>
      )}
    </>
  );
}

const Quote = ({ text }: { text: string }) => (
  <blockquote className={data.quote} dir="auto">
    {text}
  </blockquote>
);

function Ask({ user }: { user: User }) {
  const words = useOwnDataWords();
  const [isOpen, setOpen] = useState(false);
  if (isOpen) return <AskForm user={user} />;
  return (
    <div>
      <Button look="quiet" onClick={() => setOpen(true)}>
        {words.organizerAsk}
      </Button>
    </div>
  );
}

const schema = async () =>
  (await import('@seatdrop/shared/contract/organizer-requests.ts')).newOrganizerRequest;
type Values = { text: string };

function AskForm({ user }: { user: User }) {
  const { text } = useLocale();
  const words = useOwnDataWords();
  const client = useQueryClient();
  const { field, formState, formFault, formProps } = useApiForm({
    schema,
    defaultValues: { text: '' },
    bodyOf: (values: Values) => values,
    async send(body) {
      try {
        const { data: own } = await ask<Own>('POST', '/me/organizer-request', { body });
        client.setQueryData(requestQuery(user.id).queryKey, own);
      } catch (error) {
        // It was decided, or sent, on another device meanwhile.
        if (error instanceof Refusal && error.status === 409)
          void client.invalidateQueries(requestQuery(user.id));
        throw error;
      }
    },
    wordsOf: (error) =>
      error instanceof Refusal && error.status === 409 ? words.organizerChanged : faultText(error, text),
    checksOnLeaving: false,
  });
  const { error, ...area } = field('text');
  return (
    <form {...formProps} className={styles.form}>
      <FieldFrame label={words.organizerText} hint={words.organizerTextHint} error={error}>
        {(ties) => <textarea dir="auto" rows={5} maxLength={1000} {...area} {...ties} />}
      </FieldFrame>
      {formFault && <Notice tone="bad">{formFault}</Notice>}
      <Button type="submit" busy={formState.isSubmitting}>
        {words.organizerSend}
      </Button>
    </form>
  );
}

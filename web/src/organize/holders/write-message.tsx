import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useWatch } from 'react-hook-form';
import { longestMailing, mailingsADay } from '@seatdrop/shared/contract/mailing-limits.ts';
import { ask, Refusal } from '../../api/http.ts';
import { newNonce } from '../../api/nonce.ts';
import type { Event } from '../../api/types.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { ConfirmDialog } from '../../design/confirm-dialog.tsx';
import { Notice } from '../../design/notice.tsx';
import { useApiForm } from '../../forms/use-api-form.ts';
import { AreaField, SelectField } from '../../staff/fields.tsx';
import { holdersQuery, type HolderCounts } from '../../staff/queries.ts';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './holders.module.css';

const schema = async () => (await import('@seatdrop/shared/contract/mailings.ts')).newMailing;

type Values = { text: string; dropId: string };
type Body = { text: string; dropId?: number };

const bodyOf = ({ text, dropId }: Values): Body => ({
  text,
  ...(dropId !== '' && { dropId: Number(dropId) }),
});

/** A mail cannot be taken back, so it is shown again before it is sent, with the number of people who get it. */
export function WriteMessage({ event, counts }: { event: Event; counts: HolderCounts }) {
  const { holders: words } = useWords();
  const [isAsked, setAsked] = useState(false);
  const form = useApiForm<Values, Body>({
    schema,
    defaultValues: { text: '', dropId: '' },
    bodyOf,
    async send() {
      sending.reset();
      setAsked(true);
      await Promise.resolve();
    },
    wordsOf: () => undefined,
    checksOnLeaving: false,
  });
  const values = useWatch({ control: form.control }) as Values;
  const sending = useSending(event, values, {
    done() {
      form.reset();
      setAsked(false);
    },
    refused(error) {
      // What is wrong with the text is shown at its field.
      form.showRefusal(error);
      setAsked(false);
    },
  });

  return (
    <section className={styles.panel} aria-labelledby="write">
      <h2 id="write">{words.write}</h2>
      {counts.holders === 0 ? (
        <p className={styles.soft}>{words.nobody}</p>
      ) : (
        <form {...form.formProps} className={styles.form}>
          {event.drops.length > 1 && (
            <SelectField {...form.field('dropId', { onChange: sending.renew })} label={words.to}>
              <option value="">{words.toAll}</option>
              {event.drops.map(({ id }) => (
                <option key={id} value={id}>
                  {words.toDrop(id)}
                </option>
              ))}
            </SelectField>
          )}
          <AreaField
            {...form.field('text', { onChange: sending.renew })}
            label={words.text}
            hint={words.textHint(values.text.trim().length, longestMailing, mailingsADay.messages)}
            rows={6}
          />
          {form.formFault !== undefined && <Notice tone="bad">{form.formFault}</Notice>}
          <Button type="submit">{words.preview}</Button>
        </form>
      )}
      {isAsked && <Preview event={event} values={values} sending={sending} onClose={() => setAsked(false)} />}
    </section>
  );
}

type Sending = ReturnType<typeof useSending>;
type Ends = { done: () => void; refused: (error: Refusal) => void };

function useSending(event: Event, values: Values, { done, refused }: Ends) {
  const { holders: words } = useWords();
  const client = useQueryClient();
  const say = useSay();
  /** Unchanged while the same text is tried again: if an answer was lost, it is not sent twice. */
  const nonce = useRef(newNonce());
  const mutation = useMutation({
    mutationFn: async () =>
      ask('POST', `/events/${event.id}/mailings`, { body: { ...bodyOf(values), nonce: nonce.current } }),
    onSuccess() {
      nonce.current = newNonce();
      void client.invalidateQueries({ queryKey: ['mailings', event.id] });
      say(words.sent);
      done();
    },
    onError(error) {
      if (error instanceof Refusal && error.code === 'invalid_request') refused(error);
    },
  });
  return { ...mutation, renew: () => void (nonce.current = newNonce()) };
}

type PreviewProps = { event: Event; values: Values; sending: Sending; onClose: () => void };

function Preview({ event, values, sending, onClose }: PreviewProps) {
  const words = useWords();
  const faultOf = useStaffFault();
  const dropId = values.dropId === '' ? undefined : Number(values.dropId);
  const { data } = useQuery(holdersQuery(event.id, dropId));
  return (
    <ConfirmDialog
      title={words.holders.previewTitle}
      text={words.holders.previewText(data?.holders)}
      yes={words.holders.send}
      no={words.form.cancel}
      busy={sending.isPending}
      fault={faultOf(sending.error)}
      onYes={() => sending.mutate()}
      onClose={onClose}
    >
      <div className={styles.preview} tabIndex={0} role="group" aria-label={words.holders.text}>
        <p>
          <strong dir="auto">{words.holders.subject(event.title)}</strong>
        </p>
        <blockquote className={styles.quote} dir="auto">
          {values.text.trim()}
        </blockquote>
      </div>
    </ConfirmDialog>
  );
}

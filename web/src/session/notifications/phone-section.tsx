/** The phone number for text messages: entered, confirmed by a code, changed and removed. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/http.ts';
import { faultText, useFault } from '../../api/use-fault.ts';
import { Button } from '../../design/button.tsx';
import { Field } from '../../design/field.tsx';
import { Notice } from '../../design/notice.tsx';
import { useApiForm } from '../../forms/use-api-form.ts';
import { useLocale } from '../../i18n/locale.tsx';
import auth from '../auth.module.css';
import styles from './notifications.module.css';
import { newsQuery, type NewsSettings } from './settings-query.ts';
import { useNewsWords } from './words.ts';

type Phone = NewsSettings['phone'];
type PhoneProps = { userId: number; phone: Phone };

const contract = () => import('@seatdrop/shared/contract/notifications.ts');
const numberSchema = async () => (await contract()).phoneBody;
const codeSchema = async () => (await contract()).phoneCode;

function useRefresh(userId: number) {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: newsQuery(userId).queryKey });
}

export function PhoneSection({ userId, phone }: PhoneProps) {
  const words = useNewsWords();
  const refresh = useRefresh(userId);
  const [isChanging, setChanging] = useState(false);
  const removing = useMutation({
    mutationFn: () => ask('DELETE', '/me/phone'),
    onSuccess: refresh,
  });
  const fault = useFault(removing.error);
  const asksNumber = !phone || isChanging;
  return (
    <section className={auth.form}>
      <div>
        <h2>{words.phoneTitle}</h2>
        <p className={auth.lead}>{phone?.confirmed ? words.phoneIs(phone.number) : words.phoneWhy}</p>
      </div>
      {asksNumber && <NumberForm userId={userId} onSent={() => setChanging(false)} />}
      {!asksNumber && !phone.confirmed && <CodeForm userId={userId} number={phone.number} />}
      {fault && <Notice tone="bad">{fault}</Notice>}
      {phone && (
        <div className={styles.actions}>
          {!isChanging && (
            <Button look="quiet" onClick={() => setChanging(true)}>
              {phone.confirmed ? words.otherNumber : words.newCode}
            </Button>
          )}
          <Button look="quiet" busy={removing.isPending} onClick={() => removing.mutate()}>
            {words.remove}
          </Button>
        </div>
      )}
    </section>
  );
}

function NumberForm({ userId, onSent }: { userId: number; onSent: () => void }) {
  const { text } = useLocale();
  const words = useNewsWords();
  const refresh = useRefresh(userId);
  const { field, formState, formFault, formProps } = useApiForm({
    schema: numberSchema,
    defaultValues: { number: '' },
    bodyOf: (values: { number: string }) => values,
    async send(body) {
      await ask('PUT', '/me/phone', { body });
      await refresh();
      onSent();
    },
    wordsOf: (error) => faultText(error, text),
    checksOnLeaving: false,
  });
  return (
    <form {...formProps} className={auth.form}>
      <Field
        {...field('number')}
        label={words.phoneNumber}
        hint={words.phoneHint}
        type="tel"
        autoComplete="tel"
      />
      {formFault && <Notice tone="bad">{formFault}</Notice>}
      <Button type="submit" busy={formState.isSubmitting}>
        {words.sendCode}
      </Button>
    </form>
  );
}

function CodeForm({ userId, number }: { userId: number; number: string }) {
  const { text } = useLocale();
  const words = useNewsWords();
  const refresh = useRefresh(userId);
  const { field, formState, formFault, formProps } = useApiForm({
    schema: codeSchema,
    defaultValues: { code: '' },
    bodyOf: ({ code }: { code: string }) => ({ code: code.trim() }),
    async send(body) {
      await ask('POST', '/me/phone/confirm', { body });
      await refresh();
    },
    wordsOf: (error) => faultText(error, text),
    checksOnLeaving: false,
  });
  return (
    <form {...formProps} className={auth.form}>
      <Notice>{words.codeSent(number)}</Notice>
      <Field {...field('code')} label={words.code} inputMode="numeric" autoComplete="one-time-code" />
      {formFault && <Notice tone="bad">{formFault}</Notice>}
      <Button type="submit" busy={formState.isSubmitting}>
        {words.confirm}
      </Button>
    </form>
  );
}

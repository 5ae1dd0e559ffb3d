/** Asks for a link to a new e-mail address. */
import { useState } from 'react';
import { ask } from '../api/http.ts';
import { faultText } from '../api/use-fault.ts';
import { Button } from '../design/button.tsx';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './auth.module.css';
import { PasswordField } from './password-field.tsx';
import { useAccountWords } from './words.ts';

const schema = async () => (await import('@seatdrop/shared/contract/accounts.ts')).emailChange;
type Values = { email: string; current: string };
const empty: Values = { email: '', current: '' };

export function EmailForm() {
  const { text } = useLocale();
  const words = useAccountWords();
  const [sentTo, setSentTo] = useState<string>();
  const { field, formState, formFault, formProps, reset } = useApiForm({
    schema,
    defaultValues: empty,
    bodyOf: (values: Values) => values,
    async send(body) {
      setSentTo(undefined);
      await ask('POST', '/auth/email', { body });
      reset(empty);
      setSentTo(body.email);
    },
    wordsOf: (error) => faultText(error, text),
    checksOnLeaving: false,
  });
  return (
    <form {...formProps} className={styles.form}>
      <div>
        <h2>{words.emailTitle}</h2>
        <p className={styles.lead}>{words.emailWhy}</p>
      </div>
      <Field {...field('email')} label={words.newEmail} type="email" autoComplete="email" />
      <PasswordField {...field('current')} label={words.yourPassword} autoComplete="current-password" />
      {formFault && <Notice tone="bad">{formFault}</Notice>}
      {sentTo !== undefined && <Notice tone="good">{words.emailSent(sentTo)}</Notice>}
      <Button type="submit" busy={formState.isSubmitting}>
        {words.changeEmail}
      </Button>
    </form>
  );
}

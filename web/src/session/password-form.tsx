import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { signedIn } from '@seatdrop/shared/contract/accounts.ts';
import { ask } from '../api/http.ts';
import { signedInUser } from '../api/queries.ts';
import type { User } from '../api/types.ts';
import { faultText } from '../api/use-fault.ts';
import { Button } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import styles from './auth.module.css';
import { PasswordField } from './password-field.tsx';
import { sessionsQuery } from './session-list.tsx';
import { useSignedIn } from './use-me.ts';
import { useAccountWords } from './words.ts';

const schema = async () => (await import('@seatdrop/shared/contract/accounts.ts')).passwordChange;
type Values = { current: string; next: string };
const empty: Values = { current: '', next: '' };

export function PasswordForm({ user }: { user: User }) {
  const { text } = useLocale();
  const words = useAccountWords();
  const client = useQueryClient();
  const noteSignedIn = useSignedIn();
  const [isChanged, setChanged] = useState(false);
  const { field, formState, formFault, formProps, reset } = useApiForm({
    schema,
    defaultValues: empty,
    bodyOf: (values: Values) => values,
    async send(body) {
      setChanged(false);
      const { data } = await ask<z.infer<typeof signedIn>>('POST', '/auth/password', { body });
      noteSignedIn(signedInUser(data));
      void client.invalidateQueries(sessionsQuery(user.id));
      reset(empty);
      setChanged(true);
    },
    wordsOf: (error) => faultText(error, text),
    checksOnLeaving: false,
  });
  return (
    <form {...formProps} className={styles.form}>
      <h2>{words.changeTitle}</h2>
      <p className={styles.lead}>{words.changeWhy}</p>
      {/* For password managers, which otherwise do not know whose password this is. */}
      <input type="hidden" autoComplete="username" value={user.email} readOnly />
      <PasswordField {...field('current')} label={words.currentPassword} autoComplete="current-password" />
      <PasswordField
        {...field('next')}
        label={words.newPassword}
        autoComplete="new-password"
        hint={text.auth.passwordHint}
      />
      {formFault && <Notice tone="bad">{formFault}</Notice>}
      {isChanged && <Notice tone="good">{words.changed}</Notice>}
      <Button type="submit" busy={formState.isSubmitting}>
        {words.changeTitle}
      </Button>
    </form>
  );
}

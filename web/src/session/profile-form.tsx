/** Name and language. Only what was changed is sent. */
import { useState } from 'react';
import { Controller } from 'react-hook-form';
import { ask } from '../api/http.ts';
import { signedInUser } from '../api/queries.ts';
import type { Me, User } from '../api/types.ts';
import { faultText } from '../api/use-fault.ts';
import { Button } from '../design/button.tsx';
import { Choices } from '../design/choices.tsx';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import { locales, type Locale } from '../i18n/locales.ts';
import styles from './auth.module.css';
import { useSignedIn } from './use-me.ts';
import { useAccountWords } from './words.ts';

const schema = async () => (await import('@seatdrop/shared/contract/accounts.ts')).profileChange;
type Values = { name: string; locale: Locale };
const choices = Object.entries(locales).map(([value, label]) => ({
  value,
  label: <span lang={value}>{label}</span>,
}));

export function ProfileForm({ user }: { user: User }) {
  const { text, locale, choose } = useLocale();
  const words = useAccountWords();
  const noteSignedIn = useSignedIn();
  const [isSaved, setSaved] = useState(false);
  const { field, control, formState, formFault, formProps } = useApiForm({
    schema,
    defaultValues: { name: user.name, locale: user.locale ?? locale },
    bodyOf: (values: Values) => ({
      ...(values.name !== user.name && { name: values.name }),
      ...(values.locale !== user.locale && { locale: values.locale }),
    }),
    async send(body) {
      setSaved(false);
      const { data } = await ask<Me>('PATCH', '/me', { body });
      noteSignedIn(signedInUser(data));
      if (body.locale !== undefined) choose(body.locale);
      setSaved(true);
    },
    wordsOf: (error) => faultText(error, text),
    checksOnLeaving: false,
  });
  return (
    <form {...formProps} className={styles.form}>
      <div>
        <h2>{words.profileTitle}</h2>
        <p className={styles.lead}>{words.profileWhy}</p>
      </div>
      <Field {...field('name')} label={text.auth.name} autoComplete="name" />
      <Controller
        control={control}
        name="locale"
        render={({ field: { value, onChange } }) => (
          <Choices legend={words.language} inRow choices={choices} value={value} onChange={onChange} />
        )}
      />
      {formFault && <Notice tone="bad">{formFault}</Notice>}
      {isSaved && <Notice tone="good">{words.saved}</Notice>}
      <Button type="submit" busy={formState.isSubmitting}>
        {words.save}
      </Button>
    </form>
  );
}

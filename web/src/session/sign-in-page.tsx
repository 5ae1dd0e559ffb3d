import { useEffect } from 'react';
import { useForm } from 'react-hook-form';
import { Link, useLocation, useSearch } from 'wouter';
import type { z } from 'zod';
import type { signedIn } from '../../../shared/contract/accounts.ts';
import { ask } from '../api/http.ts';
import { faultText } from '../api/use-fault.ts';
import { Button } from '../design/button.tsx';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { Page } from '../design/page.tsx';
import { useLocale } from '../i18n/locale.tsx';
import styles from './auth.module.css';
import { rulesOf } from './form-rules.ts';
import { loadAccountSchemas } from './load-schemas.ts';
import { PasswordField } from './password-field.tsx';
import { useSignedIn } from './use-me.ts';
import { whereNext } from './where-next.ts';

const loadSchema = async () => (await loadAccountSchemas()).signInBody;

export default function SignInPage() {
  const { text } = useLocale();
  const search = useSearch();
  const [, go] = useLocation();
  const noteSignedIn = useSignedIn();
  const { register, handleSubmit, formState, setError } = useForm({
    resolver: rulesOf(loadSchema, text),
    defaultValues: { email: '', password: '' },
  });
  const { errors, isSubmitting } = formState;
  useEffect(() => void loadSchema(), []);

  const submit = handleSubmit(async (body) => {
    try {
      const { data } = await ask<z.infer<typeof signedIn>>('POST', '/auth/signin', { body });
      noteSignedIn(data.user);
      go(whereNext(search), { replace: true });
    } catch (error) {
      setError('root', { message: faultText(error, text) ?? '' });
    }
  });

  return (
    <Page title={text.auth.signInTitle} narrow>
      <div className={styles.auth}>
        <header>
          <h1>{text.auth.signInTitle}</h1>
          <p className={styles.lead}>{text.auth.signInWhy}</p>
        </header>
        <form className={styles.form} noValidate onSubmit={(event) => void submit(event)}>
          <Field
            {...register('email')}
            label={text.auth.email}
            type="email"
            autoComplete="username"
            error={errors.email?.message}
          />
          <PasswordField
            {...register('password')}
            autoComplete="current-password"
            error={errors.password?.message}
          />
          {errors.root && <Notice tone="bad">{errors.root.message}</Notice>}
          <Button type="submit" wide busy={isSubmitting}>
            {text.shell.signIn}
          </Button>
        </form>
        <p className={styles.other}>
          {text.auth.noAccount} <Link href={`/signup${search && `?${search}`}`}>{text.shell.signUp}</Link>
        </p>
      </div>
    </Page>
  );
}

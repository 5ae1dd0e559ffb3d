import { useEffect } from 'react';
import { useForm } from 'react-hook-form';
import { Link, useLocation, useSearch } from 'wouter';
import type { z } from 'zod';
import type { signedIn } from '../../../shared/contract/accounts.ts';
import { ask, Refusal } from '../api/http.ts';
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

const loadSchema = async () => (await loadAccountSchemas()).signUpBody;

export default function SignUpPage() {
  const { text } = useLocale();
  const search = useSearch();
  const [, go] = useLocation();
  const noteSignedIn = useSignedIn();
  const { register, handleSubmit, formState, setError } = useForm({
    resolver: rulesOf(loadSchema, text),
    defaultValues: { name: '', email: '', password: '' },
  });
  const { errors, isSubmitting } = formState;
  useEffect(() => void loadSchema(), []);

  const submit = handleSubmit(async (body) => {
    try {
      const { data } = await ask<z.infer<typeof signedIn>>('POST', '/auth/signup', { body });
      noteSignedIn(data.user);
      go(whereNext(search), { replace: true });
    } catch (error) {
      const field = error instanceof Refusal && error.code === 'email_taken' ? 'email' : 'root';
      setError(field, { message: faultText(error, text) ?? '' }, { shouldFocus: true });
    }
  });

  return (
    <Page title={text.auth.signUpTitle} narrow>
      <div className={styles.auth}>
        <header>
          <h1>{text.auth.signUpTitle}</h1>
          <p className={styles.lead}>{text.auth.signUpWhy}</p>
        </header>
        <form className={styles.form} noValidate onSubmit={(event) => void submit(event)}>
          <Field
            {...register('name')}
            label={text.auth.name}
            hint={text.auth.nameHint}
            autoComplete="name"
            error={errors.name?.message}
          />
          <Field
            {...register('email')}
            label={text.auth.email}
            type="email"
            autoComplete="username"
            error={errors.email?.message}
          />
          <PasswordField
            {...register('password')}
            autoComplete="new-password"
            hint={text.auth.passwordHint}
            error={errors.password?.message}
          />
          {errors.root && <Notice tone="bad">{errors.root.message}</Notice>}
          <Button type="submit" wide busy={isSubmitting}>
            {text.shell.signUp}
          </Button>
        </form>
        <p className={styles.other}>
          {text.auth.haveAccount} <Link href={`/signin${search && `?${search}`}`}>{text.shell.signIn}</Link>
        </p>
      </div>
    </Page>
  );
}

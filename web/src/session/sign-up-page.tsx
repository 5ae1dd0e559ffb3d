import { useEffect } from 'react';
import { useForm } from 'react-hook-form';
import { Refusal } from '../api/http.ts';
import { faultText } from '../api/use-fault.ts';
import { Field } from '../design/field.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { AccountPage, useEntering } from './account-page.tsx';
import { rulesOf } from './form-rules.ts';
import { loadAccountSchemas } from './load-schemas.ts';
import { PasswordField } from './password-field.tsx';

const loadSchema = async () => (await loadAccountSchemas()).signUpBody;

export default function SignUpPage() {
  const { text } = useLocale();
  const enter = useEntering('/auth/signup');
  const { register, handleSubmit, formState, setError } = useForm({
    resolver: rulesOf(loadSchema, text),
    defaultValues: { name: '', email: '', password: '' },
    shouldFocusError: false,
  });
  const { errors, isSubmitting, submitCount } = formState;
  useEffect(() => void loadSchema(), []);

  const submit = handleSubmit((body) =>
    enter(body).catch((error: unknown) => {
      const field = error instanceof Refusal && error.code === 'email_taken' ? 'email' : 'root';
      setError(field, { message: faultText(error, text) ?? '' });
    }),
  );

  return (
    <AccountPage
      title={text.auth.signUpTitle}
      why={text.auth.signUpWhy}
      act={text.shell.signUp}
      busy={isSubmitting}
      fault={errors.root?.message}
      submitCount={submitCount}
      onSubmit={submit}
      other={{ question: text.auth.haveAccount, href: '/signin', link: text.shell.signIn }}
    >
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
    </AccountPage>
  );
}

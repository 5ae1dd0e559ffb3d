import { useEffect } from 'react';
import { useForm } from 'react-hook-form';
import { faultText } from '../api/use-fault.ts';
import { Field } from '../design/field.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { AccountPage, useEntering } from './account-page.tsx';
import { rulesOf } from './form-rules.ts';
import { loadAccountSchemas } from './load-schemas.ts';
import { PasswordField } from './password-field.tsx';
import { Proving } from './proving.tsx';
import { useProving } from './use-proving.ts';

const loadSchema = async () => (await loadAccountSchemas()).signInBody;

export default function SignInPage() {
  const { text } = useLocale();
  const enter = useEntering('/auth/signin');
  const { send, share } = useProving();
  const { register, handleSubmit, formState, setError } = useForm({
    resolver: rulesOf(loadSchema, text),
    defaultValues: { email: '', password: '' },
    shouldFocusError: false,
  });
  const { errors, isSubmitting, submitCount } = formState;
  useEffect(() => void loadSchema(), []);

  const submit = handleSubmit((body) =>
    send(body, enter).catch((error: unknown) => setError('root', { message: faultText(error, text) ?? '' })),
  );

  return (
    <AccountPage
      title={text.auth.signInTitle}
      why={text.auth.signInWhy}
      act={text.shell.signIn}
      busy={isSubmitting}
      fault={errors.root?.message}
      submitCount={submitCount}
      onSubmit={submit}
      other={{ question: text.auth.noAccount, href: '/signup', link: text.shell.signUp }}
    >
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
      <Proving share={share} />
    </AccountPage>
  );
}

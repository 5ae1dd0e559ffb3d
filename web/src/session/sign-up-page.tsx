import { Refusal } from '../api/http.ts';
import { faultText } from '../api/use-fault.ts';
import { Field } from '../design/field.tsx';
import type { FieldFault } from '../forms/form-fault.ts';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import { AccountPage, useEntering } from './account-page.tsx';
import { PasswordField } from './password-field.tsx';

const schema = async () => (await import('@seatdrop/shared/contract/accounts.ts')).signUpBody;
type SignUpValues = { name: string; email: string; password: string };

export default function SignUpPage() {
  const { text } = useLocale();
  const enter = useEntering('/auth/signup');
  const { field, formState, formFault, formProps } = useApiForm({
    schema,
    defaultValues: { name: '', email: '', password: '' },
    bodyOf: (values: SignUpValues) => values,
    send: enter,
    wordsOf: (error) => faultText(error, text),
    problemFaults: emailFaults,
  });

  return (
    <AccountPage
      title={text.auth.signUpTitle}
      why={text.auth.signUpWhy}
      act={text.shell.signUp}
      busy={formState.isSubmitting}
      fault={formFault}
      formProps={formProps}
      other={{ question: text.auth.haveAccount, href: '/signin', link: text.shell.signIn }}
    >
      <Field {...field('name')} label={text.auth.name} hint={text.auth.nameHint} autoComplete="name" />
      <Field {...field('email')} label={text.auth.email} type="email" autoComplete="username" />
      <PasswordField {...field('password')} autoComplete="new-password" hint={text.auth.passwordHint} />
    </AccountPage>
  );
}

function emailFaults(error: unknown): FieldFault[] {
  const isTaken = error instanceof Refusal && error.code === 'email_taken';
  return isTaken ? [{ field: 'email', fault: { code: 'email_taken' } }] : [];
}

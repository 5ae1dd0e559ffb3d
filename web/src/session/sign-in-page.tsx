import { Link } from 'wouter';
import { faultText } from '../api/use-fault.ts';
import { Field } from '../design/field.tsx';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import { AccountPage, useEntering } from './account-page.tsx';
import { PasswordField } from './password-field.tsx';
import { Proving } from './proving.tsx';
import { useProving } from './use-proving.ts';
import { useAccountWords } from './words.ts';

const schema = async () => (await import('@seatdrop/shared/contract/accounts.ts')).signInBody;
type SignInValues = { email: string; password: string };

export default function SignInPage() {
  const { text } = useLocale();
  const words = useAccountWords();
  const enter = useEntering('/auth/signin');
  const { send, share } = useProving();
  const { field, formState, formFault, formProps } = useApiForm({
    schema,
    defaultValues: { email: '', password: '' },
    bodyOf: (values: SignInValues) => values,
    send: (body) => send(body, enter),
    wordsOf: (error) => faultText(error, text),
  });

  return (
    <AccountPage
      title={text.auth.signInTitle}
      why={text.auth.signInWhy}
      act={text.shell.signIn}
      busy={formState.isSubmitting}
      fault={formFault}
      formProps={formProps}
      other={{ question: text.auth.noAccount, href: '/signup', link: text.shell.signUp }}
    >
      <Field {...field('email')} label={text.auth.email} type="email" autoComplete="username" />
      <PasswordField {...field('password')} autoComplete="current-password" />
      <p>
        <Link href="/forgot">{words.forgotLink}</Link>
      </p>
      <Proving share={share} />
    </AccountPage>
  );
}

import { useState } from 'react';
import { Link } from 'wouter';
import { faultText } from '../api/use-fault.ts';
import { Page } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { Part, part } from '../shell/parts.tsx';
import type { FactorStep } from './second-factor/factor-form.tsx';
import { Field } from '../design/field.tsx';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import { AccountPage, useEntering } from './account-page.tsx';
import { PasswordField } from './password-field.tsx';
import { Proving } from './proving.tsx';
import { useProving } from './use-proving.ts';
import { useAccountWords } from './words.ts';

const SecondStepPage = part(() => import('./second-factor/second-step-page.tsx'));

const schema = async () => (await import('@seatdrop/shared/contract/accounts.ts')).signInBody;
type SignInValues = { email: string; password: string };

export default function SignInPage() {
  const { text } = useLocale();
  const words = useAccountWords();
  const [step, setStep] = useState<FactorStep>();
  const enter = useEntering('/auth/signin', setStep);
  const { send, share } = useProving();
  const { field, formState, formFault, formProps } = useApiForm({
    schema,
    defaultValues: { email: '', password: '' },
    bodyOf: (values: SignInValues) => values,
    send: (body) => send(body, enter),
    wordsOf: (error) => faultText(error, text),
  });

  if (step) {
    return (
      <Page title={text.auth.signInTitle} narrow>
        <Part fallback={<Skeleton heights={[3, 8]} />}>
          <SecondStepPage step={step} startAgain={() => setStep(undefined)} />
        </Part>
      </Page>
    );
  }
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

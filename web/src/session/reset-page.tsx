import { useState } from 'react';
import { useLocation } from 'wouter';
import { Refusal } from '../api/http.ts';
import { faultText } from '../api/use-fault.ts';
import { ButtonLink } from '../design/button.tsx';
import { Blank, Page } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { Part, part } from '../shell/parts.tsx';
import type { FactorStep } from './second-factor/factor-form.tsx';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import { AccountPage, useEntering } from './account-page.tsx';
import { PasswordField } from './password-field.tsx';
import { useAccountWords } from './words.ts';

const SecondStepPage = part(() => import('./second-factor/second-step-page.tsx'));

const schema = async () => (await import('@seatdrop/shared/contract/accounts.ts')).resetBody;
type Values = { password: string };

/** The page of a mailed link. Its secret is behind the `#`, which browsers send to nobody. */
export default function ResetPage() {
  const { text } = useLocale();
  const words = useAccountWords();
  const [step, setStep] = useState<FactorStep>();
  const [, go] = useLocation();
  const enter = useEntering('/auth/reset', setStep);
  const [token] = useState(() => location.hash.slice(1));
  const [isEnded, setEnded] = useState(token === '');
  const { field, formState, formFault, formProps } = useApiForm({
    schema,
    defaultValues: { password: '' },
    bodyOf: (values: Values) => ({ ...values, token }),
    async send(body) {
      try {
        await enter(body);
      } catch (error) {
        if (!(error instanceof Refusal && error.code === 'link_not_valid')) throw error;
        setEnded(true);
      }
    },
    wordsOf: (error) => faultText(error, text),
  });
  if (step) {
    return (
      <Page title={words.forgotTitle} narrow>
        <Part fallback={<Skeleton heights={[3, 8]} />}>
          {/* The password is set already. */}
          <SecondStepPage step={step} startAgain={() => go('/signin')} />
        </Part>
      </Page>
    );
  }
  if (isEnded) {
    return (
      <Page title={words.forgotTitle} narrow>
        <Blank title={words.linkNotValid}>
          <ButtonLink href="/forgot">{words.newLink}</ButtonLink>
        </Blank>
      </Page>
    );
  }
  return (
    <AccountPage
      title={words.forgotTitle}
      why={words.resetWhy}
      act={words.setPassword}
      busy={formState.isSubmitting}
      fault={formFault}
      formProps={formProps}
    >
      <PasswordField
        {...field('password')}
        label={words.newPassword}
        autoComplete="new-password"
        hint={text.auth.passwordHint}
      />
    </AccountPage>
  );
}

import { useState } from 'react';
import { ask } from '../api/http.ts';
import { faultText } from '../api/use-fault.ts';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import { AccountPage } from './account-page.tsx';
import { useAccountWords } from './words.ts';

const schema = async () => (await import('@seatdrop/shared/contract/accounts.ts')).forgotBody;
type Values = { email: string };

export default function ForgotPage() {
  const { text } = useLocale();
  const words = useAccountWords();
  const [sentTo, setSentTo] = useState<string>();
  const { field, formState, formFault, formProps } = useApiForm({
    schema,
    defaultValues: { email: '' },
    bodyOf: (values: Values) => values,
    async send(body) {
      setSentTo(undefined);
      await ask('POST', '/auth/forgot', { body });
      setSentTo(body.email);
    },
    wordsOf: (error) => faultText(error, text),
  });
  return (
    <AccountPage
      title={words.forgotTitle}
      why={words.forgotWhy}
      act={words.sendLink}
      busy={formState.isSubmitting}
      fault={formFault}
      formProps={formProps}
      other={{ question: words.remembered, href: '/signin', link: text.shell.signIn }}
    >
      <Field {...field('email')} label={text.auth.email} type="email" autoComplete="username" />
      {sentTo !== undefined && <Notice tone="good">{words.linkSent(sentTo)}</Notice>}
    </AccountPage>
  );
}

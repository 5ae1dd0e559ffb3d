/**
 * PayU: the buyer pays at its page, so this page is left, by a form that the server has signed and that can be posted
 * once. PayU asks for a phone number, which goes to PayU alone. Only the policy of the pay page allows the form
 * (general/pages/serve-pages.ts), so this page has to be a document of its own.
 */
import { useEffect, useRef, useState } from 'react';
import { Dots } from '../design/button.tsx';
import { Field } from '../design/field.tsx';
import { Notice } from '../design/notice.tsx';
import styles from '../drop/counter.module.css';
import { useLocale } from '../i18n/locale.tsx';
import { reloadPage } from '../shell/reload.ts';
import type { AdapterProps } from './adapter.ts';
import { isPayDocument } from './pay-document.ts';

/** Milliseconds after which a page that is still there was not left. */
const patience = 10_000;

export default function Payu({ action, isBusy, onDone, children }: AdapterProps<'payu'>) {
  const { text } = useLocale();
  const [isLeaving, setLeaving] = useState(false);
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  useEffect(() => {
    if (!isPayDocument()) reloadPage();
    // By Back the browser may show this page as it was left, with a form that was posted.
    const show = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      setLeaving(false);
      done.current();
    };
    window.addEventListener('pageshow', show);
    return () => window.removeEventListener('pageshow', show);
  }, []);

  useEffect(() => {
    if (!isLeaving) return undefined;
    const timer = setTimeout(() => setLeaving(false), patience);
    return () => clearTimeout(timer);
  }, [isLeaving]);

  if (!isPayDocument()) return <Dots />;
  return (
    <form
      className={styles.form}
      method="post"
      action={action.url}
      onSubmit={(event) => {
        if (isBusy || isLeaving) event.preventDefault();
        else setLeaving(true);
      }}
    >
      {Object.entries(action.fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Notice>{text.pay.atPayu}</Notice>
      <Field
        label={text.pay.phone}
        hint={text.pay.phoneHint}
        name="phone"
        type="tel"
        autoComplete="tel"
        required
        pattern="[+]?[0-9 ]{8,16}"
        maxLength={17}
      />
      {children(!isLeaving)}
    </form>
  );
}

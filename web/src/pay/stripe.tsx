/**
 * Stripe: its Payment Element takes the card, which becomes a confirmation token; only the server confirms with it. What
 * the bank then asks, Stripe's script shows. The script and its frames are of Stripe's hosts, which only the policy of the
 * pay page allows (shared/http/page-policy.ts), so this page has to be a document of its own.
 */
import { loadStripe } from '@stripe/stripe-js/pure/index.js';
import type { Stripe as StripeScript, StripeElementLocale, StripeElements } from '@stripe/stripe-js';
import { useEffect, useRef, useState } from 'react';
import { Button, Dots } from '../design/button.tsx';
import { Notice } from '../design/notice.tsx';
import styles from '../drop/counter.module.css';
import type { Locale } from '../i18n/locales.ts';
import { useLocale } from '../i18n/locale.tsx';
import { reloadPage } from '../shell/reload.ts';
import { currentTheme } from '../shell/theme.ts';
import type { AdapterProps } from './adapter.ts';
import { isPayDocument } from './pay-document.ts';

type Props = AdapterProps<'stripe'>;

const localeOf: Record<Locale, StripeElementLocale> = { en: 'en', 'zh-Hant': 'zh-TW' };

export default function Stripe(props: Props) {
  const script = useScript(props.action.publishableKey);
  if (script === 'failed') {
    return (
      <>
        <NotLoaded />
        {props.instead}
      </>
    );
  }
  if (!script) return <Dots />;
  return props.action.step === 'choose' ? (
    <CardForm {...props} script={script} />
  ) : (
    <Challenge {...props} script={script} />
  );
}

function NotLoaded() {
  const { text } = useLocale();
  return (
    <Notice tone="bad">
      <p>{text.pay.notLoaded}</p>
      <Button onClick={reloadPage}>{text.common.tryAgain}</Button>
    </Notice>
  );
}

/** Stripe's script for this account; undefined while it loads. */
function useScript(publishableKey: string): StripeScript | 'failed' | undefined {
  const [script, setScript] = useState<StripeScript | 'failed'>();
  useEffect(() => {
    if (!isPayDocument()) {
      reloadPage();
      return undefined;
    }
    let isGone = false;
    loadStripe(publishableKey)
      .then((loaded) => !isGone && setScript(loaded ?? 'failed'))
      .catch(() => !isGone && setScript('failed'));
    return () => {
      isGone = true;
    };
  }, [publishableKey]);
  return script;
}

function CardForm({ action, script, isBusy, onToken, children }: Props & { script: StripeScript }) {
  const { text, locale } = useLocale();
  const place = useRef<HTMLDivElement>(null);
  const elements = useRef<StripeElements>(undefined);
  const [state, setState] = useState<'loading' | 'ready' | 'sending' | 'failed'>('loading');
  const [fault, setFault] = useState<string>();
  const { amount, currency, methods } = action;
  const methodNames = methods.join(' ');

  useEffect(() => {
    // Amount and currency are those of the server's PaymentIntent, in Stripe's own units.
    const created = script.elements({
      mode: 'payment',
      amount,
      currency,
      allowedPaymentMethodTypes: methodNames.split(' '),
      locale: localeOf[locale],
      appearance: { theme: isDark() ? 'night' : 'stripe' },
    });
    elements.current = created;
    const element = created.create('payment');
    element.on('ready', () => setState('ready'));
    element.on('loaderror', () => setState('failed'));
    element.mount(place.current!);
    return () => element.destroy();
  }, [script, amount, currency, methodNames, locale]);

  async function submit(): Promise<void> {
    const form = elements.current;
    if (state !== 'ready' || isBusy || !form) return;
    setState('sending');
    setFault(undefined);
    const result = await tokenOf(script, form).catch((): TokenResult => ({
      fault: text.problems.unreachable,
    }));
    setState('ready');
    if (result.token !== undefined) onToken(result.token);
    else setFault(result.fault);
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div ref={place} />
      {state === 'loading' && <Dots />}
      {state === 'failed' && <NotLoaded />}
      {fault !== undefined && <Notice tone="bad">{fault}</Notice>}
      {children(state === 'ready')}
    </form>
  );
}

type TokenResult = { token?: string; fault?: string | undefined };

/** The card as a token; without one, what Stripe says is wrong with it, in the buyer's language. */
async function tokenOf(script: StripeScript, elements: StripeElements): Promise<TokenResult> {
  // The element itself shows which of its fields is wrong.
  const { error: incomplete } = await elements.submit();
  if (incomplete) return { fault: incomplete.message };
  const { error, confirmationToken } = await script.createConfirmationToken({ elements });
  return error ? { fault: error.message } : { token: confirmationToken.id };
}

function Challenge({ action, script, isBusy, onDone, children }: Props & { script: StripeScript }) {
  const { text } = useLocale();
  const { clientSecret } = action;
  const [isAsking, setAsking] = useState(true);
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  // React may run an effect twice, and Stripe shows its window for each call.
  const asked = useRef(false);
  useEffect(() => {
    if (!isAsking || asked.current) return;
    asked.current = true;
    // Approved, refused or failed: only the server's word counts.
    const end = () => {
      asked.current = false;
      setAsking(false);
      done.current();
    };
    script.handleNextAction({ clientSecret }).then(end, end);
  }, [script, clientSecret, isAsking]);
  return (
    <>
      {isAsking || isBusy ? (
        <Dots />
      ) : (
        <Button onClick={() => setAsking(true)}>{text.common.tryAgain}</Button>
      )}
      {children(true)}
    </>
  );
}

function isDark(): boolean {
  const theme = currentTheme();
  return theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
}

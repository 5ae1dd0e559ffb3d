/** The language of the pages. The other catalog is loaded when it is chosen. */
import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { en, type Messages } from './en.ts';
import { createFormats, type Formats } from './formats.ts';
import { isolating } from './isolating.ts';
import type { Locale } from './locales.ts';
import { withoutMoney } from './without-money.ts';

export type Localized = {
  locale: Locale;
  text: Messages;
  format: Formats;
  choose: (locale: Locale) => void;
  /** The texts are about tickets that cost nothing. */
  isFree: boolean;
};

const LocaleContext = createContext<Localized | undefined>(undefined);
const storedAs = 'seatdrop.locale';

export function preferredLocale(): Locale {
  try {
    const chosen = localStorage.getItem(storedAs);
    if (chosen === 'en' || chosen === 'zh-Hant') return chosen;
  } catch {
    // Storage is blocked: the browser's languages decide.
  }
  return navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag))?.startsWith('zh') ? 'zh-Hant' : 'en';
}

/** Falls back to English if the catalog cannot be loaded. */
export async function messagesFor(locale: Locale): Promise<{ locale: Locale; messages: Messages }> {
  try {
    return { locale, messages: await loadMessages(locale) };
  } catch {
    return { locale: 'en', messages: en };
  }
}

async function loadMessages(locale: Locale): Promise<Messages> {
  return locale === 'en' ? en : (await import('./zh-hant.ts')).zhHant;
}

export function LocaleProvider(props: { locale: Locale; messages: Messages; children: ReactNode }) {
  const [current, setCurrent] = useState({ locale: props.locale, text: props.messages });
  const chosen = useRef(props.locale);
  useEffect(() => {
    document.documentElement.lang = current.locale;
  }, [current.locale]);
  const value = useMemo<Localized>(
    () => ({
      locale: current.locale,
      text: isolating(current.text),
      format: createFormats(current.locale),
      isFree: false,
      choose(locale) {
        chosen.current = locale;
        try {
          localStorage.setItem(storedAs, locale);
        } catch {
          // Without storage the choice lasts until the page is left.
        }
        loadMessages(locale).then(
          // The last choice counts, whichever catalog arrives last.
          (text) => chosen.current === locale && setCurrent({ locale, text }),
          // Offline, the language stays as it is.
          () => undefined,
        );
      },
    }),
    [current],
  );
  return <LocaleContext value={value}>{props.children}</LocaleContext>;
}

/** If `isFree`, what is inside is about tickets that cost nothing, and its texts do not speak of money. */
export function AboutTickets({ isFree, children }: { isFree: boolean; children: ReactNode }) {
  const around = useLocale();
  const inside = useMemo(
    () => (isFree && !around.isFree ? { ...around, isFree, text: withoutMoney(around.text) } : around),
    [isFree, around],
  );
  return <LocaleContext value={inside}>{children}</LocaleContext>;
}

export function useLocale(): Localized {
  const value = use(LocaleContext);
  if (!value) throw new Error('no LocaleProvider');
  return value;
}

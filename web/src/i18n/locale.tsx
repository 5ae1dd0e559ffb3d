/** Which language this is in. The other catalog is loaded when somebody wants it. */
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
import { en, type Messages } from './en.ts';
import { createFormats, type Formats } from './formats.ts';
import { isolating } from './isolating.ts';

export const locales = { en: 'English', 'zh-Hant': '繁體中文' } as const;
export type Locale = keyof typeof locales;

type Localized = { locale: Locale; text: Messages; format: Formats; choose: (locale: Locale) => void };

const LocaleContext = createContext<Localized | undefined>(undefined);
const storedAs = 'seatdrop.locale';

export function preferredLocale(): Locale {
  try {
    const chosen = localStorage.getItem(storedAs);
    if (chosen === 'en' || chosen === 'zh-Hant') return chosen;
  } catch {
    // Storage is blocked; the browser's languages decide.
  }
  return navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag))?.startsWith('zh') ? 'zh-Hant' : 'en';
}

export async function loadMessages(locale: Locale): Promise<Messages> {
  return locale === 'en' ? en : (await import('./zh-hant.ts')).zhHant;
}

export function LocaleProvider(props: { locale: Locale; messages: Messages; children: ReactNode }) {
  const [current, setCurrent] = useState({ locale: props.locale, text: props.messages });
  useEffect(() => {
    document.documentElement.lang = current.locale;
  }, [current.locale]);
  const value = useMemo<Localized>(
    () => ({
      locale: current.locale,
      text: isolating(current.text),
      format: createFormats(current.locale),
      choose(locale) {
        try {
          localStorage.setItem(storedAs, locale);
        } catch {
          // It then lasts until the page is left.
        }
        void loadMessages(locale).then((text) => setCurrent({ locale, text }));
      },
    }),
    [current],
  );
  return <LocaleContext value={value}>{props.children}</LocaleContext>;
}

export function useLocale(): Localized {
  const value = use(LocaleContext);
  if (!value) throw new Error('no LocaleProvider');
  return value;
}

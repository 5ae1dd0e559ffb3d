/** The texts of these pages in the chosen language. The other catalog is loaded when it is chosen. */
import { use } from 'react';
import { isolating } from '../i18n/isolating.ts';
import { useLocale } from '../i18n/locale.tsx';
import type { Locale } from '../i18n/locales.ts';
import { withoutMoney } from '../i18n/without-money.ts';
import { en, type StaffWords } from './words/en.ts';

/** `free`: about tickets that cost nothing. */
type Loaded = Record<'usual' | 'free', StaffWords>;

const english = prepared(en);
const loaded = new Map<Locale, Promise<Loaded>>([['en', Promise.resolve(english)]]);

export function useWords(): StaffWords {
  const { locale, isFree } = useLocale();
  let words = loaded.get(locale);
  if (!words) {
    words = import('./words/zh-hant.ts').then(
      ({ zhHant }) => prepared(zhHant),
      () => {
        // Falls back to English until the device is online again.
        window.addEventListener('online', () => loaded.delete(locale), { once: true });
        return english;
      },
    );
    loaded.set(locale, words);
  }
  return use(words)[isFree ? 'free' : 'usual'];
}

function prepared(words: StaffWords): Loaded {
  const usual = isolating(words);
  return { usual, free: withoutMoney(usual) };
}

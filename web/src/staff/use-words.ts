/** The texts of these pages in the chosen language. The other catalog is loaded when it is chosen. */
import { use } from 'react';
import { isolating } from '../i18n/isolating.ts';
import { useLocale } from '../i18n/locale.tsx';
import type { Locale } from '../i18n/locales.ts';
import { en, type StaffWords } from './words/en.ts';

const english = isolating(en);
const loaded = new Map<Locale, Promise<StaffWords>>([['en', Promise.resolve(english)]]);

export function useWords(): StaffWords {
  const { locale } = useLocale();
  let words = loaded.get(locale);
  if (!words) {
    words = import('./words/zh-hant.ts').then(
      ({ zhHant }) => isolating(zhHant),
      () => {
        // Falls back to English until the device is online again.
        window.addEventListener('online', () => loaded.delete(locale), { once: true });
        return english;
      },
    );
    loaded.set(locale, words);
  }
  return use(words);
}

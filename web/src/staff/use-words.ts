/** The words of these pages in the language that is set. The other catalog is loaded when somebody wants it. */
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
        // Until there is a line again these pages speak English rather than not at all.
        window.addEventListener('online', () => loaded.delete(locale), { once: true });
        return english;
      },
    );
    loaded.set(locale, words);
  }
  return use(words);
}

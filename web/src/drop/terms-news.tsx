import { seatPriceOf } from '@seatdrop/shared/contract/total.ts';
import type { Drop } from '../api/types.ts';
import { Notice } from '../design/notice.tsx';
import { useLocale } from '../i18n/locale.tsx';

/** Here and not in the catalogs, since hardly any page needs them. */
const words = {
  en: {
    price: (before: string, now: string) => `The price changed from ${before} to ${now}.`,
    other: 'The details of this sale changed.',
  },
  'zh-Hant': {
    price: (before: string, now: string) => `票價已從 ${before} 改為 ${now}。`,
    other: '這場銷售的內容已變更。',
  },
};

/** What the organizer has changed since the page showed this drop first. It is read out. */
export default function TermsNews({ first, drop }: { first: Drop; drop: Drop }) {
  const { locale, format } = useLocale();
  const [before, now] = [format.money(seatPriceOf(first)), format.money(seatPriceOf(drop))];
  const { price, other } = words[locale];
  return <Notice>{before === now ? other : price(before, now)}</Notice>;
}

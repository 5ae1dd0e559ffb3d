/** The words of the search for events. Both languages in one file, which is loaded after the page. */
import { useLocale } from '../i18n/locale.tsx';
import type { Locale } from '../i18n/locales.ts';

const en = {
  label: 'Search events',
  filters: 'Filters',
  filtersInUse: (count: number) => `Filters (${count})`,
  from: 'From day',
  to: 'To day',
  place: 'Place',
  max: 'Highest price per seat',
  currency: 'Currency',
  available: 'Only with seats available now',
  clear: 'Clear search',
  found: (count: string, isOne: boolean, hasMore: boolean) => {
    if (hasMore) return `More than ${count} events found`;
    return isOne ? '1 event found' : `${count} events found`;
  },
  none: 'No events found',
  noneHint: 'Try fewer words, or remove a filter.',
  wrongDays: 'The last day must not be before the first.',
  wrongPrice: 'Enter an amount such as 25 or 25.50.',
  past: 'Past events',
  pastLead: 'Events that are over, the latest first.',
  noPast: 'There are no past events.',
};

const zhHant: typeof en = {
  label: '搜尋活動',
  filters: '篩選',
  filtersInUse: (count) => `篩選（${count}）`,
  from: '開始日期',
  to: '結束日期',
  place: '地點',
  max: '每席最高價格',
  currency: '貨幣',
  available: '只顯示目前有座位的活動',
  clear: '清除搜尋',
  found: (count, _isOne, hasMore) => (hasMore ? `找到超過 ${count} 個活動` : `找到 ${count} 個活動`),
  none: '找不到活動',
  noneHint: '請減少關鍵字，或移除篩選條件。',
  wrongDays: '結束日期不能早於開始日期。',
  wrongPrice: '請輸入金額，例如 25 或 25.50。',
  past: '過往活動',
  pastLead: '已經結束的活動，最近的在前面。',
  noPast: '沒有過往活動。',
};

const catalogs: Record<Locale, typeof en> = { en, 'zh-Hant': zhHant };

export const useSearchWords = () => catalogs[useLocale().locale];

/** The words about news. Both languages in one file: it is loaded with the page of the account only. */
import type { Channel, NewsKind } from '@seatdrop/shared/contract/notifications.ts';
import { useLocale } from '../../i18n/locale.tsx';
import type { Locale } from '../../i18n/locales.ts';

type NewsWords = {
  title: string;
  why: string;
  kinds: Record<NewsKind, string>;
  channels: Record<Channel, string>;
  always: (channel: string) => string;
  save: string;
  saved: string;
  needsPhone: string;
  phoneTitle: string;
  phoneWhy: string;
  phoneNumber: string;
  phoneHint: string;
  sendCode: string;
  codeSent: (number: string) => string;
  code: string;
  confirm: string;
  otherNumber: string;
  newCode: string;
  phoneIs: (number: string) => string;
  remove: string;
};

const en: NewsWords = {
  title: 'News',
  why: 'What we tell you while you are not on these pages.',
  kinds: {
    promoted: 'Seats became free for you in standby',
    'hold-ends': 'The time to pay for such seats ends in two minutes',
    'sale-opens': 'A sale that you want to be reminded of opens soon',
    'payment-trouble': 'A payment failed or was refunded',
    'order-paid': 'Order paid, with receipt',
    'order-refunded': 'Order refunded',
  },
  channels: { email: 'E-mail', sms: 'Text message', push: 'Browser' },
  always: (channel) => `${channel} (always)`,
  save: 'Save',
  saved: 'Saved.',
  needsPhone: 'Text messages are sent once you have confirmed a phone number below.',
  phoneTitle: 'Phone number',
  phoneWhy: 'For text messages only. We send a code to the number to check that it is yours.',
  phoneNumber: 'Mobile number',
  phoneHint: 'With its country code, such as +44 7400 123456.',
  sendCode: 'Send a code',
  codeSent: (number) =>
    `A text message to ${number} is on its way. Its code is valid for ten minutes and five tries. We send one code a minute and five a day at most.`,
  code: 'Code of six digits',
  confirm: 'Confirm',
  otherNumber: 'Change the number',
  newCode: 'Another code or number',
  phoneIs: (number) => `Text messages go to ${number}.`,
  remove: 'Remove the number',
};

const zhHant: NewsWords = {
  title: '通知',
  why: '你不在這些頁面時，我們通知你的事。',
  kinds: {
    promoted: '候補成功，有座位為你保留',
    'hold-ends': '候補座位的付款時間只剩兩分鐘',
    'sale-opens': '你設了提醒的銷售即將開始',
    'payment-trouble': '付款失敗或已退款',
    'order-paid': '訂單已付款，附收據',
    'order-refunded': '訂單已退款',
  },
  channels: { email: '電子郵件', sms: '簡訊', push: '瀏覽器' },
  always: (channel) => `${channel}（一律通知）`,
  save: '儲存',
  saved: '已儲存。',
  needsPhone: '請先在下方確認手機號碼，我們才會寄送簡訊。',
  phoneTitle: '手機號碼',
  phoneWhy: '只用於簡訊。我們會傳送驗證碼，確認號碼是你的。',
  phoneNumber: '手機號碼',
  phoneHint: '請包含國碼，例如 +886 912 345 678。',
  sendCode: '傳送驗證碼',
  codeSent: (number) =>
    `簡訊已傳送到 ${number}。驗證碼十分鐘內有效，最多可試五次。每分鐘最多傳送一次，每天最多五次。`,
  code: '六位數驗證碼',
  confirm: '確認',
  otherNumber: '變更號碼',
  newCode: '重新傳送或更換號碼',
  phoneIs: (number) => `簡訊會傳送到 ${number}。`,
  remove: '移除號碼',
};

const words: Record<Locale, NewsWords> = { en, 'zh-Hant': zhHant };

export const useNewsWords = () => words[useLocale().locale];

/** Texts about returning tickets. They are apart from the catalogs, which every page loads at once. */
import type { Locale } from '../i18n/locales.ts';

type GiveBackWords = {
  button: string;
  title: string;
  text: (amount: string) => string;
  /** Of an order that cost nothing. */
  textFree: string;
  seats: string;
  yes: (amount: string) => string;
  no: string;
  noSeat: string;
  done: string;
  doneFree: string;
  problems: Record<'returns_closed' | 'already_refunded' | 'already_checked_in', string>;
};

export const giveBackWords: Record<Locale, GiveBackWords> = {
  en: {
    button: 'Return tickets',
    title: 'Return tickets?',
    text: (amount) =>
      `You get ${amount} back. The tickets you return are no longer valid, and their seats go to others.`,
    textFree: 'The tickets you return are no longer valid, and their seats go to others.',
    seats: 'Tickets to return',
    yes: (amount) => `Return for ${amount}`,
    no: 'Keep tickets',
    noSeat: 'Choose at least one ticket.',
    done: 'Your tickets were returned. The money is on its way.',
    doneFree: 'Your tickets were returned.',
    problems: {
      returns_closed: 'Tickets of this order can no longer be returned.',
      already_refunded: 'Some of these tickets have been returned already.',
      already_checked_in: 'One of these tickets has been used, so it cannot be returned.',
    },
  },
  'zh-Hant': {
    button: '退票',
    title: '要退票嗎？',
    text: (amount) => `你會收回 ${amount}。退回的票券立即失效，座位會給其他人。`,
    textFree: '退回的票券立即失效，座位會給其他人。',
    seats: '要退的票',
    yes: (amount) => `退票，收回 ${amount}`,
    no: '保留票券',
    noSeat: '請至少選擇一張票。',
    done: '已退票，款項正在退回。',
    doneFree: '已退票。',
    problems: {
      returns_closed: '這筆訂單的票券已不能退票。',
      already_refunded: '其中有票券已經退過。',
      already_checked_in: '其中有票券已經使用，不能退票。',
    },
  },
};

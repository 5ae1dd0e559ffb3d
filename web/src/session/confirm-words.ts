/** The words about the e-mail address. Both languages in one file: it is loaded with the page or the notice only. */
import { useLocale } from '../i18n/locale.tsx';
import type { Locale } from '../i18n/locales.ts';

const en = {
  confirmToBuy: 'Confirm your e-mail address to buy',
  notice: (email: string) =>
    `Open the link in the mail that we sent to ${email}. An account without a confirmed address is removed after a day.`,
  sendAgain: 'Send the mail again',
  sent: 'The mail is on its way. Look in the spam folder too. We send one a minute and five a day at most.',
  title: 'Confirm your e-mail address',
  why: 'Press the button to confirm that this address is yours.',
  confirm: 'Confirm this address',
  done: 'Your e-mail address is confirmed',
  doneText: (email: string) => `Mails to you go to ${email}.`,
  toEvents: 'Events',
  toSignIn: 'Sign in',
  notValid: 'This link was used before, or is too old',
  notValidText:
    'If your address is not confirmed yet, sign in and have the mail sent again. To change your address, ask for a new link on the page of your account.',
  signInFirst: 'Sign in first',
  signInFirstText:
    'This link changes the address of an account. Sign in to that account on this device, then open the link again.',
  toAccount: 'Account',
};

const zhHant: typeof en = {
  confirmToBuy: '購票前請先確認電子郵件',
  notice: (email: string) => `請開啟我們寄到 ${email} 的郵件中的連結。未確認電子郵件的帳號會在一天後移除。`,
  sendAgain: '重新寄送',
  sent: '郵件已經寄出，也請看看垃圾郵件匣。每分鐘最多寄一封，每天最多五封。',
  title: '確認你的電子郵件',
  why: '請按下按鈕，確認這是你的電子郵件。',
  confirm: '確認這個電子郵件',
  done: '你的電子郵件已確認',
  doneText: (email: string) => `給你的郵件會寄到 ${email}。`,
  toEvents: '活動',
  toSignIn: '登入',
  notValid: '這個連結已經用過，或已過期',
  notValidText:
    '如果你的電子郵件尚未確認，請登入後重新寄送郵件。如果要變更電子郵件，請在帳號頁面取得新連結。',
  signInFirst: '請先登入',
  signInFirstText: '這個連結會變更帳號的電子郵件。請先在這台裝置上登入該帳號，再開啟一次連結。',
  toAccount: '帳號',
};

const words: Record<Locale, typeof en> = { en, 'zh-Hant': zhHant };

export const useConfirmWords = () => words[useLocale().locale];

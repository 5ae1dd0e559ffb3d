/** The words of the pages of an account. Both languages in one file: it is loaded with these pages only. */
import { useLocale } from '../i18n/locale.tsx';
import type { Locale } from '../i18n/locales.ts';

const en = {
  forgotLink: 'Forgot your password?',
  forgotTitle: 'Choose a new password',
  forgotWhy:
    'Enter the address of your account. We mail you a link with which you can choose a new password.',
  sendLink: 'Send me a link',
  linkSent: (email: string) =>
    `If there is an account with ${email}, a mail with a link is on its way. The link works once, for one hour. Look in the spam folder too. We send one mail a minute and five a day at most.`,
  remembered: 'Remembered it?',
  resetWhy: 'After that you are signed in here, and signed out everywhere else.',
  setPassword: 'Set the password',
  linkNotValid: 'This link was used before, or is more than an hour old.',
  newLink: 'Get a new link',
  accountTitle: 'Account',
  accountWhy: 'To see your account',
  profileTitle: 'Name and language',
  profileWhy: 'Your name is printed on your tickets. These pages and the mails to you are in this language.',
  language: 'Language',
  save: 'Save',
  saved: 'Saved.',
  emailTitle: 'E-mail address',
  emailWhy:
    'We mail a link to the new address. Open it on a device where you are signed in; everywhere else you are then signed out.',
  newEmail: 'New e-mail address',
  yourPassword: 'Your password',
  changeEmail: 'Change the address',
  emailSent: (email: string) =>
    `A mail to ${email} is on its way. Its link works once, for one hour. Until it is used, your address stays as it is.`,
  changeTitle: 'Change the password',
  changeWhy: 'You are signed out everywhere else.',
  currentPassword: 'Present password',
  newPassword: 'New password',
  changed: 'The password was changed. You were signed out everywhere else.',
};

const zhHant: typeof en = {
  forgotLink: '忘記密碼？',
  forgotTitle: '設定新密碼',
  forgotWhy: '請輸入你帳號的電子郵件。我們會寄給你一個連結，讓你設定新密碼。',
  sendLink: '寄送連結',
  linkSent: (email: string) =>
    `如果 ${email} 有帳號，含有連結的郵件已經寄出。連結一小時內有效，且只能使用一次。也請看看垃圾郵件匣。每分鐘最多寄一封，每天最多五封。`,
  remembered: '想起來了嗎？',
  resetWhy: '設定之後，你會在這裡登入，其他裝置上的登入都會結束。',
  setPassword: '設定密碼',
  linkNotValid: '這個連結已經用過，或已超過一小時。',
  newLink: '取得新連結',
  accountTitle: '帳號',
  accountWhy: '查看你的帳號前，請先登入。',
  profileTitle: '姓名與語言',
  profileWhy: '姓名會印在你的票券上。這些頁面和寄給你的郵件都會使用這個語言。',
  language: '語言',
  save: '儲存',
  saved: '已儲存。',
  emailTitle: '電子郵件',
  emailWhy: '我們會寄一個連結到新的電子郵件。請在已登入的裝置上開啟；之後其他裝置上的登入都會結束。',
  newEmail: '新的電子郵件',
  yourPassword: '你的密碼',
  changeEmail: '變更電子郵件',
  emailSent: (email: string) =>
    `寄到 ${email} 的郵件已經寄出。連結一小時內有效，且只能使用一次。使用連結之前，你的電子郵件不會改變。`,
  changeTitle: '變更密碼',
  changeWhy: '其他裝置上的登入都會結束。',
  currentPassword: '目前的密碼',
  newPassword: '新密碼',
  changed: '密碼已變更，其他裝置上的登入都已結束。',
};

const words: Record<Locale, typeof en> = { en, 'zh-Hant': zhHant };

export const useAccountWords = () => words[useLocale().locale];

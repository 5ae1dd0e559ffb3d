/** The words about sessions. Both languages in one file: it is loaded with the page of the account only. */
import { useLocale } from '../i18n/locale.tsx';
import type { Locale } from '../i18n/locales.ts';

const en = {
  sessionsTitle: 'Where you are signed in',
  sessionsWhy:
    'Each sign-in ends by itself after 12 hours. If you do not recognize one, end it and change your password.',
  sessionsAgain: 'Try again',
  thisOne: 'This device',
  device: (browser: string, system: string) => `${browser} on ${system}`,
  unknownDevice: 'Unknown device',
  madeAt: (moment: string) => `Signed in ${moment}`,
  seenAt: (moment: string) => `Last used about ${moment}`,
  endSession: 'End',
  sessionEnded: (device: string) => `${device} is signed out.`,
  endOthers: 'End all others',
  endOthersTitle: 'End all other sign-ins?',
  endOthersText: 'Every other device is signed out within a second. You stay signed in here.',
  endOthersNo: 'Keep them',
  othersEnded: 'You were signed out everywhere else.',
  onlyHere: 'You are not signed in anywhere else.',
};

export type SessionWords = typeof en;

const zhHant: SessionWords = {
  sessionsTitle: '登入中的裝置',
  sessionsWhy: '每次登入會在 12 小時後自動結束。如果有你不認得的登入，請結束它並變更密碼。',
  sessionsAgain: '再試一次',
  thisOne: '這台裝置',
  device: (browser: string, system: string) => `${browser}（${system}）`,
  unknownDevice: '不明裝置',
  madeAt: (moment: string) => `登入時間：${moment}`,
  seenAt: (moment: string) => `最近使用：約 ${moment}`,
  endSession: '結束',
  sessionEnded: (device: string) => `${device} 已登出。`,
  endOthers: '結束其他所有登入',
  endOthersTitle: '要結束其他所有登入嗎？',
  endOthersText: '其他裝置會在一秒內登出，你在這裡仍保持登入。',
  endOthersNo: '保留',
  othersEnded: '其他裝置上的登入都已結束。',
  onlyHere: '你沒有在其他裝置上登入。',
};

const words: Record<Locale, SessionWords> = { en, 'zh-Hant': zhHant };

export const useSessionWords = () => words[useLocale().locale];

/** The words of the page of requests. Both languages in one file: it is loaded with that page only. */
import { useLocale } from '../i18n/locale.tsx';
import type { Locale } from '../i18n/locales.ts';

const en = {
  title: 'Requests',
  lead: 'Users who ask to become organizers. They read what you write to them.',
  show: 'Show',
  statuses: { open: 'Waiting', accepted: 'Accepted', declined: 'Declined' },
  empty: 'No requests',
  emptyHint: 'Users ask on the page of their account.',
  asked: (moment: string) => `Asked ${moment}`,
  decided: (moment: string) => `Decided ${moment}`,
  banned: 'Banned',
  orders: 'Orders',
  history: 'Audit log',
  answer: 'Answer:',
  accept: 'Accept',
  acceptTitle: (name: string) => `Make ${name} an organizer?`,
  acceptText: 'They can create events and sell tickets at once, and get a mail.',
  acceptReason: 'Message to the user (optional)',
  decline: 'Decline',
  declineTitle: (name: string) => `Decline the request of ${name}?`,
  declineText: 'They get a mail with your reason, and can ask again after a week.',
  declineReason: 'Reason, which the user reads',
  no: 'Not now',
  gone: 'This request was decided in the meantime.',
  bannedFault: 'This user is banned. Lift the ban first.',
  said: (name: string) => `The request of ${name} is decided.`,
};

const zhHant: typeof en = {
  title: '申請',
  lead: '申請成為主辦單位的使用者。他們會看到你寫的內容。',
  show: '顯示',
  statuses: { open: '等待中', accepted: '已通過', declined: '未通過' },
  empty: '沒有申請',
  emptyHint: '使用者可在帳號頁面提出申請。',
  asked: (moment: string) => `申請時間：${moment}`,
  decided: (moment: string) => `處理時間：${moment}`,
  banned: '已停權',
  orders: '訂單',
  history: '操作紀錄',
  answer: '回覆：',
  accept: '通過',
  acceptTitle: (name: string) => `要讓 ${name} 成為主辦單位嗎？`,
  acceptText: '對方可以立即建立活動並販售門票，並會收到郵件。',
  acceptReason: '給使用者的訊息（選填）',
  decline: '不通過',
  declineTitle: (name: string) => `不通過 ${name} 的申請嗎？`,
  declineText: '對方會收到附有原因的郵件，一週後可以再次申請。',
  declineReason: '原因（使用者會看到）',
  no: '先不要',
  gone: '這項申請已經處理過了。',
  bannedFault: '這位使用者已被停權，請先解除停權。',
  said: (name: string) => `${name} 的申請已處理。`,
};

const words: Record<Locale, typeof en> = { en, 'zh-Hant': zhHant };

export const useRequestWords = () => words[useLocale().locale];

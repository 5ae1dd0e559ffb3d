/** The words about one's data and about becoming an organizer. Loaded with these parts of pages only. */
import type { DeletionObstacle } from '@seatdrop/shared/contract/own-data.ts';
import { useLocale } from '../i18n/locale.tsx';
import type { Locale } from '../i18n/locales.ts';

type Obstacles = Record<DeletionObstacle['code'], (title: string) => string>;

const en = {
  dataTitle: 'Your data',
  dataWhy: 'A file with all that we store about you: profile, sign-ins, orders, payments and entries.',
  download: 'Download your data',
  privacy: 'What we store, and for how long',
  deleteAccount: 'Delete the account',
  deleteTitle: 'Delete your account?',
  deleteText: 'This cannot be undone. Here is what happens:',
  deleteLost: [
    'You are signed out everywhere, and nobody can sign in to this account again.',
    'You no longer see your orders, tickets and receipts. Download what you need first.',
    'We send you one last mail that confirms it, and nothing after that.',
    'Orders, payments and receipts are kept for as long as the law asks for.',
  ],
  deletePassword: 'Your password, to confirm',
  deleteYes: 'Delete for good',
  deleteNo: 'Keep the account',
  inUse: 'The account cannot be deleted yet, because of this:',
  obstacles: {
    admin: () => 'You are an administrator. Another administrator has to change your role first.',
    hold: (title) => `You hold seats for ${title}. Give them back first.`,
    standby: (title) => `You are on standby for ${title}. Leave standby first.`,
    payment: (title) => `A payment for ${title} is not settled yet.`,
    refund: (title) => `Money for ${title} is on its way back to you.`,
    tickets: (title) => `You have tickets for ${title}, which is not over.`,
    sales: (title) => `You are the organizer of ${title}, which has sales, refunds or visitors to come.`,
  } satisfies Obstacles as Obstacles,
  obstacleUntil: (moment: string) => `Until ${moment}`,
  deleted: 'Your account was deleted. A mail confirms it.',

  organizerTitle: 'Become an organizer',
  organizerWhy: 'Organizers create events and sell tickets here. An administrator decides.',
  organizerAsk: 'Ask to become an organizer',
  organizerText: 'Who are you, and what do you want to sell tickets for?',
  organizerTextHint: 'At least 20 characters: your organization, its website, the kind of events.',
  organizerSend: 'Send the request',
  organizerOpen: 'Your request waits for an administrator. We write to you once it is decided.',
  organizerAccepted: 'Your request was accepted: you are an organizer.',
  organizerGo: 'Your events',
  organizerDeclined: 'Your request was declined. The administrator writes:',
  organizerAgain: (moment: string) => `You can ask again from ${moment}.`,
  organizerChanged: 'This was decided in the meantime.',
  again: 'Try again',
};

const zhHant: typeof en = {
  dataTitle: '你的資料',
  dataWhy: '一個檔案，包含我們儲存的所有關於你的資料：個人資料、登入、訂單、付款與購票紀錄。',
  download: '下載你的資料',
  privacy: '我們儲存哪些資料、保留多久',
  deleteAccount: '刪除帳號',
  deleteTitle: '要刪除你的帳號嗎？',
  deleteText: '此動作無法復原。刪除之後：',
  deleteLost: [
    '你會在所有裝置上登出，任何人都無法再登入這個帳號。',
    '你無法再看到訂單、門票與收據。請先下載你需要的資料。',
    '我們會寄最後一封確認郵件，之後不再寄信。',
    '訂單、付款與收據會依法保留一段時間。',
  ],
  deletePassword: '請輸入密碼以確認',
  deleteYes: '永久刪除',
  deleteNo: '保留帳號',
  inUse: '目前還不能刪除帳號，原因如下：',
  obstacles: {
    admin: () => '你是管理員。請先由其他管理員更改你的角色。',
    hold: (title) => `你保留了「${title}」的座位。請先放棄座位。`,
    standby: (title) => `你正在候補「${title}」。請先退出候補。`,
    payment: (title) => `「${title}」的付款尚未完成。`,
    refund: (title) => `「${title}」的退款正在處理中。`,
    tickets: (title) => `你有「${title}」的門票，活動尚未結束。`,
    sales: (title) => `你是「${title}」的主辦單位，仍有銷售、退款或尚未舉行的活動。`,
  },
  obstacleUntil: (moment: string) => `至 ${moment}`,
  deleted: '你的帳號已刪除，確認郵件已寄出。',

  organizerTitle: '成為主辦單位',
  organizerWhy: '主辦單位可以建立活動並販售門票，由管理員審核。',
  organizerAsk: '申請成為主辦單位',
  organizerText: '你是誰？想販售什麼活動的門票？',
  organizerTextHint: '至少 20 個字：你的單位、網站與活動類型。',
  organizerSend: '送出申請',
  organizerOpen: '你的申請正在等待管理員審核，有結果時我們會寄信給你。',
  organizerAccepted: '你的申請已通過：你現在是主辦單位。',
  organizerGo: '你的活動',
  organizerDeclined: '你的申請未通過。管理員的說明：',
  organizerAgain: (moment: string) => `${moment} 起可以再次申請。`,
  organizerChanged: '這項申請已經處理過了。',
  again: '再試一次',
};

const words: Record<Locale, typeof en> = { en, 'zh-Hant': zhHant };

export const useOwnDataWords = () => words[useLocale().locale];

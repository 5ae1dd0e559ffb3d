import type { AccountMailJob } from './account-mail-job.ts';

type Words = {
  greeting: string;
  mails: Record<AccountMailJob['about'], { subject: string; text: string; link: string; after: string }>;
};

export const accountWords: Record<AccountMailJob['locale'], Words> = {
  en: {
    greeting: 'Hello,',
    mails: {
      'password-forgotten': {
        subject: 'Choose a new password',
        text: 'Somebody asked for a new password for the Seatdrop account of this address. With this link you can choose one. It works once, for one hour.',
        link: 'Choose a new password',
        after: 'If it was not you, do nothing: your password stays as it is.',
      },
      'password-changed': {
        subject: 'Your password was changed',
        text: 'The password of your Seatdrop account was changed, and all its other sessions have ended.',
        link: 'Choose a new password',
        after: 'If it was not you, choose a new password at once.',
      },
    },
  },
  'zh-Hant': {
    greeting: '你好：',
    mails: {
      'password-forgotten': {
        subject: '設定新密碼',
        text: '有人要求為此電子郵件的 Seatdrop 帳號設定新密碼。請用以下連結設定，連結一小時內有效，且只能使用一次。',
        link: '設定新密碼',
        after: '如果不是你本人，不必理會：你的密碼不會改變。',
      },
      'password-changed': {
        subject: '你的密碼已變更',
        text: '你的 Seatdrop 帳號密碼已變更，其他裝置上的登入都已結束。',
        link: '設定新密碼',
        after: '如果不是你本人，請立即設定新密碼。',
      },
    },
  },
};

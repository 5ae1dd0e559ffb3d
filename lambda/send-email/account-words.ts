import type { AccountMailJob } from './account-mail-job.ts';

type Words = {
  greeting: string;
  /** Before what an admin wrote. */
  reasonGiven: string;
  mails: Record<AccountMailJob['about'], { subject: string; text: string; link: string; after: string }>;
};

export const accountWords: Record<AccountMailJob['locale'], Words> = {
  en: {
    greeting: 'Hello,',
    reasonGiven: 'Our administrator writes:',
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
      'confirm-email': {
        subject: 'Confirm your e-mail address',
        text: 'Somebody created a Seatdrop account with this address. Confirm the address with this link, and you can buy tickets. It works once, for a day.',
        link: 'Confirm this address',
        after: 'If it was not you, do nothing: the account is removed after a day.',
      },
      'email-change': {
        subject: 'Confirm your new e-mail address',
        text: 'The user of a Seatdrop account asked to change its address to this one. Open this link where you are signed in. It works once, for one hour.',
        link: 'Use this address',
        after: 'If it was not you, do nothing: the account keeps its address.',
      },
      'email-taken': {
        subject: 'You have an account with this address',
        text: 'The user of a Seatdrop account asked to change its address to this one. There is already an account with this address, so nothing was changed. If it was you, sign in to that account.',
        link: 'Sign in',
        after: 'If it was not you, do nothing: your account stays as it is.',
      },
      'email-change-asked': {
        subject: 'Another e-mail address for your account',
        text: 'Somebody who knows your password asked to change the address of your Seatdrop account. It changes when the link that we sent to the new address is opened.',
        link: 'Choose a new password',
        after: 'If it was not you, choose a new password at once: that also ends the link.',
      },
      'email-changed': {
        subject: 'Your e-mail address was changed',
        text: 'Your Seatdrop account has another e-mail address now, and all its other sessions have ended. This address gets no more mails about it.',
        link: 'Go to Seatdrop',
        after: 'If it was not you, write to the support at once, from this address.',
      },
      'account-deleted': {
        subject: 'Your account was deleted',
        text: 'Your Seatdrop account was deleted, as you asked. Nobody can sign in to it any more, and this is the last mail about it. Orders, payments and receipts are kept for as long as the law asks for.',
        link: 'What is kept, and for how long',
        after:
          'You can create a new account with this address at any time. It will not have your earlier orders.',
      },
      'organizer-accepted': {
        subject: 'You are an organizer now',
        text: 'Your request was accepted: you can create events and sell tickets. You need not sign in again.',
        link: 'Create an event',
        after: 'Before your first sale, enter who you are on receipts.',
      },
      'organizer-declined': {
        subject: 'Your request to become an organizer was declined',
        text: 'Your request to become an organizer was declined. Your account stays as it was.',
        link: 'Your account',
        after: 'You can ask again after a week.',
      },
      'second-factor-added': {
        subject: 'Two-step sign-in: something was added',
        text: 'A passkey or an authenticator app was added to your Seatdrop account. From now on it can be used for the second step of signing in.',
        link: 'Choose a new password',
        after:
          'If it was not you, choose a new password at once, and then remove it on the page of your account.',
      },
      'second-factor-removed': {
        subject: 'Two-step sign-in: something was removed',
        text: 'A passkey or the authenticator app of your Seatdrop account was removed. It can no longer be used for signing in.',
        link: 'Choose a new password',
        after: 'If it was not you, choose a new password at once.',
      },
      'second-factors-removed': {
        subject: 'Two-step sign-in was switched off by an administrator',
        text: 'An administrator removed all passkeys, the authenticator app and the recovery codes of your Seatdrop account, and ended all its sessions. The next time you sign in with your password alone.',
        link: 'Choose a new password',
        after: 'If you did not ask for this, choose a new password at once, and tell us.',
      },
      'recovery-code-used': {
        subject: 'A recovery code was used',
        text: 'One of the recovery codes of your Seatdrop account was used for the second step of signing in. It cannot be used again.',
        link: 'Choose a new password',
        after: 'If it was not you, choose a new password at once, and make new recovery codes.',
      },
    },
  },
  'zh-Hant': {
    greeting: '你好：',
    reasonGiven: '管理員的說明：',
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
      'confirm-email': {
        subject: '請確認你的電子郵件',
        text: '有人用這個電子郵件建立了 Seatdrop 帳號。請用以下連結確認，之後即可購票。連結一天內有效，且只能使用一次。',
        link: '確認這個電子郵件',
        after: '如果不是你本人，不必理會：該帳號會在一天後移除。',
      },
      'email-change': {
        subject: '請確認你的新電子郵件',
        text: '有一個 Seatdrop 帳號的使用者要求改用這個電子郵件。請在已登入的裝置上開啟以下連結。連結一小時內有效，且只能使用一次。',
        link: '改用這個電子郵件',
        after: '如果不是你本人，不必理會：該帳號的電子郵件不會改變。',
      },
      'email-taken': {
        subject: '這個電子郵件已有帳號',
        text: '有一個 Seatdrop 帳號的使用者要求改用這個電子郵件。這個電子郵件已有帳號，因此沒有任何變更。如果是你本人，請登入該帳號。',
        link: '登入',
        after: '如果不是你本人，不必理會：你的帳號不會改變。',
      },
      'email-change-asked': {
        subject: '有人要求變更你帳號的電子郵件',
        text: '有人用你的密碼要求變更你的 Seatdrop 帳號的電子郵件。開啟我們寄到新電子郵件的連結後，變更才會生效。',
        link: '設定新密碼',
        after: '如果不是你本人，請立即設定新密碼，該連結也會隨之失效。',
      },
      'email-changed': {
        subject: '你的電子郵件已變更',
        text: '你的 Seatdrop 帳號已改用另一個電子郵件，其他裝置上的登入都已結束。這個電子郵件不會再收到此帳號的郵件。',
        link: '前往 Seatdrop',
        after: '如果不是你本人，請立即用這個電子郵件寫信給客服。',
      },
      'account-deleted': {
        subject: '你的帳號已刪除',
        text: '已依照你的要求刪除你的 Seatdrop 帳號。任何人都無法再登入，這也是關於此帳號的最後一封郵件。訂單、付款與收據會依法保留一段時間。',
        link: '保留哪些資料、保留多久',
        after: '你隨時可以用這個電子郵件建立新帳號，但新帳號不會有先前的訂單。',
      },
      'organizer-accepted': {
        subject: '你現在是主辦單位了',
        text: '你的申請已通過：你可以建立活動並販售門票，不必重新登入。',
        link: '建立活動',
        after: '第一次販售前，請先填寫收據上的主辦單位資料。',
      },
      'organizer-declined': {
        subject: '你的主辦單位申請未通過',
        text: '你成為主辦單位的申請未通過，你的帳號維持不變。',
        link: '你的帳號',
        after: '一週後可以再次申請。',
      },
      'second-factor-added': {
        subject: '兩步驟登入：新增了驗證方式',
        text: '你的 Seatdrop 帳號新增了一個通行金鑰或驗證器應用程式，之後可以用它完成登入的第二步。',
        link: '設定新密碼',
        after: '如果不是你本人，請立即設定新密碼，然後在帳號頁面移除它。',
      },
      'second-factor-removed': {
        subject: '兩步驟登入：移除了驗證方式',
        text: '你的 Seatdrop 帳號移除了一個通行金鑰或驗證器應用程式，之後不能再用它登入。',
        link: '設定新密碼',
        after: '如果不是你本人，請立即設定新密碼。',
      },
      'second-factors-removed': {
        subject: '管理員已關閉你的兩步驟登入',
        text: '管理員移除了你的 Seatdrop 帳號的所有通行金鑰、驗證器應用程式和備用碼，並結束了所有登入。下次只需密碼即可登入。',
        link: '設定新密碼',
        after: '如果這不是你要求的，請立即設定新密碼，並告訴我們。',
      },
      'recovery-code-used': {
        subject: '有人使用了備用碼',
        text: '你的 Seatdrop 帳號的一組備用碼被用來完成登入的第二步。這組備用碼不能再使用。',
        link: '設定新密碼',
        after: '如果不是你本人，請立即設定新密碼，並產生新的備用碼。',
      },
    },
  },
};

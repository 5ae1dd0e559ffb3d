/** The texts of the frames, in the languages of the pages. */
import type { Token } from './provider.ts';

type Words = {
  cardsTitle: string;
  choose: string;
  noRealMoney: string;
  endingIn: (digits: string) => string;
  cards: Record<Token, { name: string; hint: string }>;
  challengeTitle: string;
  challengeText: string;
  approve: string;
  refuse: string;
  /** The answer did not reach the provider. */
  failed: string;
};

const en: Words = {
  cardsTitle: 'Test cards',
  choose: 'Choose a card',
  noRealMoney: 'Sandbox: no real card, no real money.',
  endingIn: (digits) => `ending in ${digits}`,
  cards: {
    tok_approved: { name: 'Approved', hint: 'Approved immediately' },
    tok_challenge: { name: 'Bank asks', hint: 'Your bank asks you to approve the payment' },
    tok_declined: { name: 'Declined', hint: 'The bank declines; you can try another card' },
    tok_slow: { name: 'Slow', hint: 'Approved after two seconds' },
    tok_late: { name: 'Pending', hint: 'The bank answers later' },
    tok_lost: { name: 'Lost response', hint: 'Charged, but the response is lost' },
  },
  challengeTitle: 'Test bank',
  challengeText: 'Do you approve this payment?',
  approve: 'Approve',
  refuse: 'Refuse',
  failed: 'Your answer did not reach the bank. Check your connection and try again.',
};

const zhHant: Words = {
  cardsTitle: '測試卡片',
  choose: '選擇卡片',
  noRealMoney: '測試環境：不是真的卡，也不會真的扣款。',
  endingIn: (digits) => `末四碼 ${digits}`,
  cards: {
    tok_approved: { name: '成功', hint: '立刻核准' },
    tok_challenge: { name: '銀行驗證', hint: '銀行會請你確認這筆付款' },
    tok_declined: { name: '拒絕', hint: '銀行拒絕，可以改用另一張' },
    tok_slow: { name: '緩慢', hint: '兩秒後核准' },
    tok_late: { name: '未決', hint: '銀行需要一點時間，稍後才有結果' },
    tok_lost: { name: '回應遺失', hint: '已扣款，但回應在途中遺失' },
  },
  challengeTitle: '測試銀行',
  challengeText: '你同意這筆付款嗎？',
  approve: '同意',
  refuse: '不同意',
  failed: '銀行沒有收到你的回答。請檢查網路連線後再試一次。',
};

export const frameWords: Readonly<Record<string, Words>> = { en, 'zh-Hant': zhHant };

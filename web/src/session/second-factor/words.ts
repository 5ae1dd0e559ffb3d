/** The words about two-step sign-in. Both languages in one file: it is loaded only where it is needed. */
import { Refusal } from '../../api/http.ts';
import { faultText } from '../../api/use-fault.ts';
import { useLocale } from '../../i18n/locale.tsx';
import type { Locale } from '../../i18n/locales.ts';

const en = {
  title: 'Two-step sign-in',
  why: 'After your password you are asked for a passkey or a code. Whoever learns your password cannot sign in with it alone.',
  isCompulsory:
    'Your role needs it: until you have added a passkey or an authenticator app, you cannot manage sales.',
  isOff: 'It is off.',
  proveFirst: 'To go on with your work, confirm that it is you.',
  confirm: 'Confirm',
  tryAgain: 'Try again',
  passkeys: 'Passkeys',
  addedOn: (moment: string) => `Added ${moment}`,
  usedOn: (moment: string) => `Last used ${moment}`,
  neverUsed: 'Not used yet',
  remove: 'Remove',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText: 'It can no longer be used for signing in here.',
  keep: 'Keep it',
  removed: (name: string) => `${name} was removed.`,
  app: 'Authenticator app',
  addPasskey: 'Add a passkey',
  addApp: 'Add an authenticator app',
  replaceApp: 'Replace the authenticator app',
  noPasskeysHere:
    'Passkeys are not possible, because this site is reached by an IP address. Use an authenticator app.',
  noPasskeysInBrowser: 'This browser has no passkeys. Use an authenticator app.',
  passkeyName: 'Name',
  passkeyHint: 'By which you recognize it in the list.',
  firstName: 'My device',
  password: 'Present password',
  cancel: 'Cancel',
  next: 'Continue',
  scan: 'Scan this code with your authenticator app, or type the secret into it. Then enter the six digits that it shows.',
  qr: 'Code for your authenticator app',
  secret: 'Secret',
  digits: 'Six digits',
  add: 'Add it',
  added: 'It was added.',
  recovery: 'Recovery codes',
  recoveryLeft: (count: number) => (count === 1 ? '1 code is left.' : `${count} codes are left.`),
  renew: 'New codes',
  renewTitle: 'Make new recovery codes?',
  renewText: 'Those that you have are no longer valid then.',
  keepCodes: 'Keep the old ones',
  saveCodes:
    'Keep these codes where you find them without this device. Each signs you in once, in place of the second step. They are not shown again.',
  copy: 'Copy',
  copied: 'Copied.',
  download: 'Save as a file',
  done: 'I have kept them',
  stepTitle: 'Confirm that it is you',
  stepWhy: 'The second step of signing in.',
  againWhy: 'This needs your passkey or a code, even though you are signed in.',
  usePasskey: 'Use a passkey',
  orCode: 'Code',
  codeHint: 'Six digits from your authenticator app, or a recovery code.',
  recoveryHint: 'One of your recovery codes.',
  sendCode: 'Continue',
  startAgain: 'Start again',
  goToAccount: 'Set it up',
  staffFactor: 'Your role needs two-step sign-in. Set it up, then you can go on.',
  staffProof: 'Your role needs two-step sign-in. Confirm that it is you, then you can go on.',
  problems: {
    second_factor_wrong: 'That is not right. Codes of an app work once and for half a minute.',
    second_step_over: 'That took too long, or was used before. Start again.',
    second_factor_again: 'Confirm that it is you.',
    second_factor_required: 'Add a passkey or an authenticator app first.',
    last_second_factor: 'Your role needs one of them. Add another one first.',
    too_many_passkeys: 'You have as many passkeys as you can have. Remove one first.',
    passkeys_not_possible: 'Passkeys are not possible here.',
    invalid_request: 'Look at what you entered: it cannot be right.',
    password_wrong: 'This is not your present password.',
    no_passkey: 'Your browser got no passkey. Try again, or use another way.',
  },
};

export type FactorWords = typeof en;

const zhHant: FactorWords = {
  title: '兩步驟登入',
  why: '輸入密碼之後，還需要通行金鑰或驗證碼。別人就算知道你的密碼，也無法單憑密碼登入。',
  isCompulsory: '你的角色必須使用兩步驟登入：在新增通行金鑰或驗證器應用程式之前，無法管理售票。',
  isOff: '目前未開啟。',
  proveFirst: '請先確認是你本人，才能繼續工作。',
  confirm: '確認',
  tryAgain: '再試一次',
  passkeys: '通行金鑰',
  addedOn: (moment: string) => `新增時間：${moment}`,
  usedOn: (moment: string) => `最近使用：${moment}`,
  neverUsed: '尚未使用',
  remove: '移除',
  removeTitle: (name: string) => `要移除「${name}」嗎？`,
  removeText: '之後不能再用它登入。',
  keep: '保留',
  removed: (name: string) => `已移除「${name}」。`,
  app: '驗證器應用程式',
  addPasskey: '新增通行金鑰',
  addApp: '新增驗證器應用程式',
  replaceApp: '更換驗證器應用程式',
  noPasskeysHere: '此網站以 IP 位址連線，無法使用通行金鑰。請使用驗證器應用程式。',
  noPasskeysInBrowser: '這個瀏覽器不支援通行金鑰。請使用驗證器應用程式。',
  passkeyName: '名稱',
  passkeyHint: '方便你在清單中辨認。',
  firstName: '我的裝置',
  password: '目前的密碼',
  cancel: '取消',
  next: '繼續',
  scan: '用驗證器應用程式掃描這個條碼，或手動輸入金鑰，然後輸入應用程式顯示的六位數字。',
  qr: '驗證器應用程式的條碼',
  secret: '金鑰',
  digits: '六位數字',
  add: '新增',
  added: '已新增。',
  recovery: '備用碼',
  recoveryLeft: (count: number) => `還剩 ${count} 組。`,
  renew: '產生新的備用碼',
  renewTitle: '要產生新的備用碼嗎？',
  renewText: '舊的備用碼將會失效。',
  keepCodes: '保留舊的',
  saveCodes: '請把這些備用碼存放在沒有這台裝置也找得到的地方。每組可以代替第二步登入一次，之後不會再顯示。',
  copy: '複製',
  copied: '已複製。',
  download: '存成檔案',
  done: '我已保存',
  stepTitle: '確認是你本人',
  stepWhy: '登入的第二步。',
  againWhy: '即使已經登入，這個動作仍需要通行金鑰或驗證碼。',
  usePasskey: '使用通行金鑰',
  orCode: '驗證碼',
  codeHint: '驗證器應用程式的六位數字，或一組備用碼。',
  recoveryHint: '你的一組備用碼。',
  sendCode: '繼續',
  startAgain: '重新開始',
  goToAccount: '前往設定',
  staffFactor: '你的角色必須使用兩步驟登入，設定完成後即可繼續。',
  staffProof: '你的角色必須使用兩步驟登入，請先確認是你本人。',
  problems: {
    second_factor_wrong: '不正確。應用程式的驗證碼只能使用一次，有效半分鐘。',
    second_step_over: '時間過久，或已經使用過。請重新開始。',
    second_factor_again: '請確認是你本人。',
    second_factor_required: '請先新增通行金鑰或驗證器應用程式。',
    last_second_factor: '你的角色至少需要一個。請先新增另一個。',
    too_many_passkeys: '通行金鑰數量已達上限，請先移除一個。',
    passkeys_not_possible: '這裡無法使用通行金鑰。',
    invalid_request: '請檢查你輸入的內容。',
    password_wrong: '這不是你目前的密碼。',
    no_passkey: '瀏覽器沒有取得通行金鑰。請再試一次，或改用其他方式。',
  },
};

const words: Record<Locale, FactorWords> = { en, 'zh-Hant': zhHant };

export const useFactorWords = () => words[useLocale().locale];

/** An error as a text; undefined without an error. */
export function useFactorFault(error: unknown): string | undefined {
  const { text } = useLocale();
  const { problems } = useFactorWords();
  if (error instanceof NoPasskey) return problems.no_passkey;
  if (!(error instanceof Refusal)) return faultText(error, text);
  const code = error.body.errors?.[0]?.code === 'password_wrong' ? 'password_wrong' : error.code;
  return Object.hasOwn(problems, code) ? problems[code as keyof typeof problems] : faultText(error, text);
}

/** The browser's dialog for passkeys was closed, or it knows none. */
export class NoPasskey extends Error {
  override name = 'NoPasskey';
}

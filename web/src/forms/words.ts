/**
 * The words of every fault of a form, by its code. Both languages in one file: it is loaded with forms only, and pages
 * that have one need the words at once.
 */
import type { Locale } from '../i18n/locales.ts';
import type { FaultWords } from './form-fault.ts';

const number = (value: number) => value.toLocaleString('en');

const en: FaultWords = {
  required: 'Required',
  wrong_type: 'This value is not valid.',
  not_number: 'Enter a number.',
  not_whole: 'Enter a whole number.',
  too_small: ({ minimum }) => `At least ${number(minimum)}.`,
  too_big: ({ maximum }) => `At most ${number(maximum)}.`,
  too_short: ({ minimum }) => `At least ${minimum} characters.`,
  too_long: ({ maximum }) => `At most ${maximum} characters.`,
  too_few: ({ minimum }) => `At least ${number(minimum)}.`,
  too_many: ({ maximum }) => `At most ${number(maximum)}.`,
  wrong_format: 'This value is not valid.',
  not_an_option: 'This value is not valid.',
  unknown_field: 'This value is not valid.',
  body_not_expected: 'This value is not valid.',
  nothing_to_change: 'Nothing has changed.',
  nonce_reused: 'This was sent before with another text. Change the text and send it again.',
  line_breaks: 'Use one line without control characters.',
  control_characters: 'This text has hidden characters. Type it instead of pasting it.',
  hidden_characters: 'This text has hidden characters. Type it instead of pasting it.',
  not_unicode: 'This text has hidden characters. Type it instead of pasting it.',
  nothing_visible: 'This text has no visible characters.',
  not_an_address: 'Enter a valid e-mail address.',
  address_too_long: 'This address is too long.',
  email_taken: 'An account with this e-mail address already exists.',
  year_out_of_range: 'Check the year.',
  in_the_past: 'This time is in the past.',
  not_after_opening: 'The sale must close after it opens.',
  closes_late: 'The sale would close after the event begins. Choose an earlier time, or allow this below.',
  starts_before_closing:
    'A sale of this event closes after this time. Choose a later time, or allow this below.',
  time_gap: 'This time does not exist: the clocks go forward here. Choose another one.',
  not_a_time_zone: 'Choose a time zone from the list, for example Europe/Berlin.',
  not_a_currency: 'Choose a currency from the list.',
  too_many_decimals: ({ digits, example }) =>
    digits === 0 ? `This currency has no decimals: ${example}.` : `At most ${digits} decimals: ${example}.`,
  same_section: 'Two sections have the same name.',
  section_taken: ({ dropId }) =>
    `Sale ${dropId} of this event already sells a section with this name. Choose another name.`,
  too_many_seats: ({ maximum }) => `One sale can have at most ${number(maximum)} seats.`,
  fewer_seats: 'There must be at least this many seats.',
  fewer_rows: 'There must be at least as many rows as processing lanes.',
  same_choice: 'Two choices are the same.',
  answer_not_a_choice: 'Mark the correct answer.',
  above_buyer_limit: ({ maximum }) => `At most ${number(maximum)} per buyer.`,
  above_seat_count: ({ maximum }) => `The sale has only ${number(maximum)} seats.`,
};

const zhHant: FaultWords = {
  required: '必填',
  wrong_type: '這個值無效。',
  not_number: '請輸入數字。',
  not_whole: '請輸入整數。',
  too_small: ({ minimum }) => `至少 ${number(minimum)}。`,
  too_big: ({ maximum }) => `最多 ${number(maximum)}。`,
  too_short: ({ minimum }) => `至少 ${minimum} 個字元。`,
  too_long: ({ maximum }) => `最多 ${maximum} 個字元。`,
  too_few: ({ minimum }) => `至少 ${number(minimum)}。`,
  too_many: ({ maximum }) => `最多 ${number(maximum)}。`,
  wrong_format: '這個值無效。',
  not_an_option: '這個值無效。',
  unknown_field: '這個值無效。',
  body_not_expected: '這個值無效。',
  nothing_to_change: '沒有任何更改。',
  nonce_reused: '這已經以另一段文字送出過。請修改文字後再送出。',
  line_breaks: '這裡只能填一行，不能有控制字元。',
  control_characters: '文字裡有隱藏字元。請直接輸入，不要貼上。',
  hidden_characters: '文字裡有隱藏字元。請直接輸入，不要貼上。',
  not_unicode: '文字裡有隱藏字元。請直接輸入，不要貼上。',
  nothing_visible: '這段文字看不見。請使用文字、數字或符號。',
  not_an_address: '這不是有效的電子郵件地址。',
  address_too_long: '這個地址太長。',
  email_taken: '這個電子郵件已經有帳號了。',
  year_out_of_range: '請檢查年份。',
  in_the_past: '這個時間已經過去。',
  not_after_opening: '結束時間必須在開賣之後。',
  closes_late: '銷售會在活動開始後才結束。請選更早的時間，或在下方允許。',
  starts_before_closing: '這個活動有銷售在此時間之後才結束。請選更晚的時間，或在下方允許。',
  time_gap: '這個時間不存在：時鐘在這時撥快了。請選另一個時間。',
  not_a_time_zone: '請從清單選擇時區，例如 Europe/Berlin。',
  not_a_currency: '請從清單選擇貨幣。',
  too_many_decimals: ({ digits, example }) =>
    digits === 0 ? `這種貨幣沒有小數：${example}。` : `最多 ${digits} 位小數：${example}。`,
  same_section: '有兩個區域的名稱相同。',
  section_taken: ({ dropId }) => `這個活動的銷售 ${dropId} 已有同名的區域，座位由它售出。請換一個名稱。`,
  too_many_seats: ({ maximum }) => `一場銷售不能超過 ${number(maximum)} 個座位。`,
  fewer_seats: '座位數不能少於此數。',
  fewer_rows: '排數不能少於處理通道數。',
  same_choice: '有兩個選項相同。',
  answer_not_a_choice: '請標出正確的選項。',
  above_buyer_limit: ({ maximum }) => `每人最多 ${number(maximum)} 個座位。`,
  above_seat_count: ({ maximum }) => `這場銷售只有 ${number(maximum)} 個座位。`,
};

export const faultWords: Record<Locale, FaultWords> = { en, 'zh-Hant': zhHant };

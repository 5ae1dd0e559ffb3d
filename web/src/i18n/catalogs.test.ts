import { faultWords } from '../forms/words.ts';
import { en as staffEn } from '../staff/words/en.ts';
import { zhHant as staff } from '../staff/words/zh-hant.ts';
import { en } from './en.ts';
import { withoutMoney } from './without-money.ts';
import { zhHant as pages } from './zh-hant.ts';

/** A Chinese letter or sign on one side and a mark of the Latin script on the other. Times and decimals have neither. */
const han = String.raw`[\p{Script=Han}，。：；？！「」（）、]`;
const latin = String.raw`[,.:;?!"'()“”‘’]`;
const foreign = new RegExp(`${han} ?${latin}|${latin} ?${han}|\\.\\.\\.|\\w${latin}$`, 'u');

/** Every text of a catalog with its place in it; what takes values is given a number and a name. */
function texts(part: unknown, path: string): [path: string, text: string][] {
  if (typeof part === 'string') return [[path, part]];
  if (typeof part === 'function') {
    return [1, 7, '王小明'].flatMap((value) => {
      const args = Array.from({ length: 6 }, () => value);
      const text: unknown = (part as (...args: unknown[]) => unknown)(...args);
      return texts(text, `${path}(${value})`);
    });
  }
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, inside]) => texts(inside, `${path}.${key}`));
}

const params = {
  minimum: 7,
  maximum: 7,
  dropId: 7,
  digits: 2,
  step: '1',
  lowest: '1',
  highest: '1',
  example: '65.00',
};
const faultTexts = Object.values(faultWords['zh-Hant']).map((words) =>
  typeof words === 'function' ? words(params) : words,
);

test.each([
  ['the pages', pages],
  ['the staff’s pages', staff],
  ['faults of forms', faultTexts],
])('punctuation in Chinese: %s', (_name, catalog) => {
  const all = texts(catalog, '');
  expect(all.length).toBeGreaterThan(40);
  expect(all.filter(([, text]) => foreign.test(text))).toEqual([]);
});

test('the check finds what it is for', () => {
  for (const wrong of ['座位,票', '好嗎?', '注意:', '下載 (CSV)', '「是」.', '等等...', '他說"好"', '共 7!'])
    expect([wrong, foreign.test(wrong)]).toEqual([wrong, true]);
  for (const right of ['20:00 開賣', '€65.00，兩張', '好嗎？', 'UTC 9:30', '王小明（VIP）'])
    expect([right, foreign.test(right)]).toEqual([right, false]);
});

const money =
  /\b(pay|pays|paid|unpaid|paying|payments?|charged?|refund\w*|money|cards?|bank|buy|bought)\b|付款|收費|扣款|退款|款項|卡片|銀行|金額/i;

/** What pages of tickets that cost nothing say, less the texts that stand beside an amount or a card, which these have not. */
function saidOfFreeTickets(catalog: typeof en): [path: string, text: string][] {
  const { withoutMoney: _, ...all } = withoutMoney(catalog);
  const { drop, queued, held, paying, standby, gone, released, lapsed, paid, phases, free, orders, order } =
    all;
  const { perBuyer, fairSteps, fairWithoutStandby } = all.event;
  const event = { perBuyer, fairSteps: fairSteps.filter((_step, index) => index !== 1), fairWithoutStandby };
  const { pay: _pay, ...ofHold } = held;
  const { emptyHint: _hint, ...ofOrders } = orders;
  const { total: _total, givenBack: _back, ...ofOrder } = order;
  const { unknown_payment_token: _token, ...problems } = all.problems;
  const ofTickets = { drop, queued, ofHold, paying, standby, gone, released, lapsed, paid, phases, free };
  return texts({ ...ofTickets, event, ofOrders, ofOrder, problems, notCharged: all.pay.notCharged }, '');
}

function saidOfFreeOrders(catalog: typeof staffEn): [path: string, text: string][] {
  const { dropPages, orders, orderRecord, report } = withoutMoney(catalog);
  const {
    refundFailed: _failed,
    givenBack: _back,
    disputed: _disputed,
    outside: _made,
    ...ofOrders
  } = orders;
  const { up, order, seats, paid, attempts, attempt, attemptStatus, noAttempts, begun, ended } = orderRecord;
  const { bought, refunds, refundStatus, refundBy, changed } = orderRecord;
  const { refunds: _refunds, ...ofReport } = report;
  const record = { up, order, seats, paid, attempts, attempt, attemptStatus, noAttempts, begun, ended };
  const rest = { bought, refunds, refundStatus, refundBy, changed };
  return texts({ dropPages, ofOrders, record, rest, ofReport }, '');
}

test.each([
  ['the pages in English', saidOfFreeTickets(en)],
  ['the pages in Chinese', saidOfFreeTickets(pages)],
  ['the staff’s pages in English', saidOfFreeOrders(staffEn)],
  ['the staff’s pages in Chinese', saidOfFreeOrders(staff)],
])('texts about free tickets have no word for money: %s', (_name, said) => {
  expect(said.length).toBeGreaterThan(40);
  expect(said.filter(([, text]) => money.test(text))).toEqual([]);
});

test.each([
  ['the pages', en],
  ['the staff’s pages', staffEn],
])('what stands in place of money replaces a text of the catalog: %s', (_name, catalog) => {
  const { withoutMoney: instead, ...usual } = catalog;
  const known = new Set(texts(usual, '').map(([path]) => path));
  expect(texts(instead, '').filter(([path]) => !known.has(path))).toEqual([]);
});

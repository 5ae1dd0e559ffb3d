import { faultWords } from '../forms/words.ts';
import { zhHant as staff } from '../staff/words/zh-hant.ts';
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
])('%s', (_name, catalog) => {
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

import { label, prose, secretText } from './text.ts';

const name = label(50);
const takes = (text: string) => name.safeParse(text).success;

test.each([
  ['a lone high surrogate', 'Stalls \ud83d'],
  ['a lone low surrogate', '\ude00 Stalls'],
  ['a noncharacter', 'Stalls\uffff'],
  ['nothing but zero-width characters', '\u200b\u200d\u2060\ufeff'],
  ['nothing but fillers of Hangul and Braille', '\u3164\u115f\u2800'],
  ['nothing but variation selectors', '\ufe0f\ufe0f'],
  ['a mark without a letter', '\u0301'],
  ['an override of direction', 'invoice\u202egpj.exe'],
  ['an embedding', '\u202bStalls'],
  ['an isolate', '\u2066Stalls\u2069'],
  ['a line break', 'Stalls\nBalcony'],
  ['a line separator', 'Stalls\u2028Balcony'],
  ['a paragraph separator', 'Stalls\u2029Balcony'],
  ['a tab', 'Stalls\tBalcony'],
  ['NUL', 'Stalls\u0000'],
  ['a C1 control character', 'Stalls\u0085'],
  ['annotation', 'Stalls\ufff9'],
  ['hidden tags', 'Stalls\u{e0049}\u{e0050}'],
])('%s is refused', (_, text) => {
  expect(takes(text)).toBe(false);
  expect(prose(50).safeParse(text).success).toBe(/^Stalls[\n\u2028\u2029\t]Balcony$/.test(text));
});

test.each([
  ['Chinese', '一夜弦樂'],
  ['Persian with ZWNJ', 'می\u200cخواهم'],
  ['Hindi with ZWJ', 'क्\u200dष'],
  ['Arabic with a mark of direction', '\u200fقاعة 2\u200e'],
  ['Thai', 'ที่นั่ง'],
  ['an emoji of several joined ones', '👨\u200d👩\u200d👧'],
  ['an emoji with its presentation', '❤\ufe0f'],
  ['a keycap', '1\ufe0f\u20e3'],
  ['the flag of Scotland', '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
  ['a soft hyphen', 'Donau\u00addampf'],
  ['a letter outside the BMP', '𠮷野家'],
  ['one character', 'A'],
])('%s is taken as it is', (_, text) => {
  expect(name.parse(text)).toBe(text);
  expect(prose(50).parse(text)).toBe(text);
});

test('text is kept in NFC, and counted in it', () => {
  expect(name.parse('  Cafe\u0301 ')).toBe('Caf\u00e9');
  expect(label(4).parse('Cafe\u0301')).toBe('Caf\u00e9');
  // Each of these characters becomes two in NFC.
  expect(label(4).safeParse('\u0958\u0958\u0958').success).toBe(false);
});

test('in text of many lines every kind of line break is one', () => {
  expect(prose(50).parse('one\r\ntwo\rthree\u2028four\n')).toBe('one\ntwo\nthree\nfour');
  expect(prose(50).parse('a\tb')).toBe('a\tb');
  expect(prose(50).parse('')).toBe('');
  for (const text of ['a\u0000b', 'a\u001bb', 'a\u202eb', 'a\ud800b', '\u200b'])
    expect(prose(50).safeParse(text).success).toBe(false);
});

test('a password is kept as it was typed', () => {
  const password = '  Cafe\u0301 \u200b\t ';
  expect(secretText(10, 200).parse(password)).toBe(password);
  expect(secretText(1, 200).safeParse('half \ud83d').success).toBe(false);
});

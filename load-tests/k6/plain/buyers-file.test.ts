import { formatOf, parseBuyers, pieces, type TestBuyer } from './buyers-file.ts';

const buyers: TestBuyer[] = [
  { userId: 1, token: 'a.b.c', address: '198.18.0.0', questionId: 3, answer: 'red, "quite" red\nor ‹rouge›' },
  { userId: 2, token: 'd.e.f', address: '198.18.0.0', questionId: 1, answer: 'blue' },
  { userId: 3, token: 'g.h.i', address: '198.18.0.1' },
];

test.each([
  ['buyers.json', 'json'],
  ['Buyers.CSV', 'csv'],
  ['buyers', 'json'],
] as const)('k6 reads the buyers that were written to %s', (file, format) => {
  expect(formatOf(file)).toBe(format);
  const { start, buyer, end } = pieces[format];
  const text = [start, ...buyers.map((each, index) => buyer(each, index === 0)), end].join('');
  expect(parseBuyers(text, format)).toEqual(buyers);
});

test.each([
  ['json', '[]'],
  ['json', '{}'],
  ['json', '[{"userId": 1, "token": ""}]'],
  ['csv', ''],
  ['csv', 'userId,token\n'],
  ['csv', 'name,mail\na,b\n'],
] as const)('a file without buyers is refused: %s %j', (format, text) => {
  expect(() => parseBuyers(text, format)).toThrow('no buyers');
});

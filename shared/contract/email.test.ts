import { emailAddress } from './email.ts';

test.each([
  ['jörg@exämple.test', 'jörg@xn--exmple-cua.test'],
  ['Jo\u0308rg@EXA\u0308MPLE.Test', 'jörg@xn--exmple-cua.test'],
  ['jörg@xn--exmple-cua.test', 'jörg@xn--exmple-cua.test'],
  ['иван@пример.рф', 'иван@xn--e1afmkfd.xn--p1ai'],
  ['王小明@例子。測試', '王小明@xn--fsqu00a.xn--g6w251d'],
  ['हिन्दी@example.test', 'हिन्दी@example.test'],
  [' Sam.O\u2019Neill+tag@Seatdrop.test ', undefined],
  ["sam.o'neill+tag@seatdrop.test", "sam.o'neill+tag@seatdrop.test"],
])('%s is kept as %s', (typed, kept) => {
  expect(emailAddress.safeParse(typed).data).toBe(kept);
});

test.each([
  '',
  'jörg',
  '@exämple.test',
  'jörg@',
  'jörg@exämple',
  'jörg@127.0.0.1',
  'jörg@[::1]',
  'jörg@exämple.test:25',
  'jörg@exämple.test/x',
  'jörg@exämple.test?x',
  'jo rg@exämple.test',
  'jo\u202erg@exämple.test',
  'jo\u200brg@exämple.test',
  'jo\ud800rg@exämple.test',
  'jörg\u0000@exämple.test',
  '.jörg@exämple.test',
  'jörg.@exämple.test',
  'jö..rg@exämple.test',
  '\u0301rg@exämple.test',
  'a@b@exämple.test',
  `${'ö'.repeat(33)}@example.test`,
  `jörg@${'x'.repeat(250)}.test`,
])('%j is no address', (typed) => {
  expect(emailAddress.safeParse(typed).success).toBe(false);
});

test('the 64 octets before the @ are counted in UTF-8', () => {
  expect(emailAddress.safeParse(`${'ö'.repeat(32)}@example.test`).success).toBe(true);
});

import { printHere } from '../../testing/print-here.ts';
import { newReceipt } from '../../testing/receipt/new-receipt.ts';
import { readPdf } from '../../testing/receipt/read-pdf.ts';
import type { Receipt } from './receipt.ts';

const drawn = async (changes: Partial<Receipt> = {}) => readPdf(await printHere(newReceipt(changes)));

test('it says who sold what to whom, for how much, and when in the time zone of the event', async () => {
  const { pages, title, size } = await drawn();
  expect(title).toBe('Receipt R-01MFZQK3X0000A-1');
  expect(size.map(Math.round)).toEqual([595, 842]);
  expect(pages).toHaveLength(1);
  const lines = pages[0]!.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'Seatdrop Receipt',
      expect.stringContaining('Björk & Søn Konzerte GmbH'),
      expect.stringContaining('10623 Berlin'),
      'DE123456789',
      'Łukasz Żółć',
      expect.stringContaining('Monday, 30 November 2026 at 01:10 CET'),
      'A Night of Strings',
      'Starts: Friday, 5 March 2027 at 20:30 CET',
      'Venue: Old Mill',
      'Stalls, row 2, seat 5 40.00',
      'Stalls, row 2, seat 6 40.00',
      'Fees 7.00',
      'Service fee 3.00',
      'Total paid 90.00',
      'Included tax (19%) 14.37',
    ]),
  );
  for (const number of ['R-01MFZQK3X0000A-1', '01mfzqk3x0000a-1', 'Amount (EUR)', 'Page 1 of 1'])
    expect(pages[0]).toContain(number);
  expect(pages[0]).not.toMatch(/refund/i);
});

test.each([
  ['JPY', '4000', '9000', '1437'],
  ['KWD', '4.000', '9.000', '1.437'],
  ['HUF', '40.00', '90.00', '14.37'],
  ['UYW', '0.4000', '0.9000', '0.1437'],
])('%s has the decimals of ISO 4217', async (currency, seat, total, tax) => {
  const { pages } = await drawn({ currency });
  const lines = pages[0]!.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      `Item Amount (${currency})`,
      `Stalls, row 2, seat 5 ${seat}`,
      `Total paid ${total}`,
      `Included tax (19%) ${tax}`,
    ]),
  );
});

test('what went back is listed with its time, and what has not is not counted', async () => {
  const [one, other] = newReceipt().seats;
  const refund = { seats: 1, amount: 3600, kept: 400 };
  const { pages } = await drawn({
    seats: [
      { ...one!, state: 'refunded' },
      { ...other!, state: 'refunding' },
    ],
    refunds: [
      { ...refund, status: 'done', at: '2026-12-01T10:00:00.000Z' },
      { ...refund, status: 'due', at: '2026-12-02T10:00:00.000Z' },
    ],
    refunded: 3600,
  });
  expect(pages[0]!.split('\n')).toEqual(
    expect.arrayContaining([
      'Stalls, row 2, seat 5 (refunded) 40.00',
      'Stalls, row 2, seat 6 (being refunded) 40.00',
      'Total paid 90.00',
      'Refunded on Tuesday, 1 December 2026 at 11:00 CET: 1 seat −36.00',
      '4.00 kept by the seller',
      'Refund under way: 1 seat (not yet paid back)',
      'Total refunded −36.00',
      'Total after refunds 54.00',
    ]),
  );
});

test('in Traditional Chinese', async () => {
  const { pages, title } = await drawn({ locale: 'zh-Hant', buyer: '王小明', refunded: 9000 });
  expect(title).toBe('收據 R-01MFZQK3X0000A-1');
  for (const text of [
    '收據編號',
    '買方\n王小明',
    'Stalls 2 排 5 號 40.00',
    '已付總額 90.00',
    '已退款總額 −90.00',
  ])
    expect(pages[0]).toContain(text);
});

const nothing: Partial<Receipt> = {
  seats: newReceipt().seats.map((seat) => ({ ...seat, price: 0 })),
  lines: [{ kind: 'seats', amount: 0 }],
  total: 0,
  tax: { percent: 19, amount: 0 },
};

test('an order that cost nothing is free of charge: no amounts, no taxes, and seats that are cancelled', async () => {
  const { pages } = await drawn(nothing);
  const lines = pages[0]!.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining(['DE123456789', 'Item', 'Stalls, row 2, seat 5', 'Free of charge']),
  );
  expect(lines.join('\n')).toContain('Ordered on');
  expect(lines.join('\n')).not.toMatch(/paid|amount|tax \(|refund|EUR|\b0(\.00)?$/im);

  const [one, other] = nothing.seats!;
  const given = { seats: 1, amount: 0, kept: 0, at: '2026-12-01T10:00:00.000Z' };
  const after = await drawn({
    ...nothing,
    locale: 'zh-Hant',
    seats: [
      { ...one!, state: 'refunded' },
      { ...other!, state: 'refunding' },
    ],
    refunds: [
      { ...given, status: 'done' },
      { ...given, status: 'due' },
    ],
  });
  for (const text of ['5 號（已取消）', '6 號（取消中）', '免費', '取消：1 個座位', '取消處理中：1 個座位'])
    expect(after.pages[0]).toContain(text);
  expect(after.pages[0]).not.toMatch(/付款|退款|稅額|金額|0\.00/);
});

test.each([
  ['Nguyễn Văn Đức, Ğ Ş ő ț Ẅ', 'NotoSans-Regular'],
  ['Дмитрий Соловьёв', 'NotoSans-Regular'],
  ['Αλέξανδρος Παπαδόπουλος', 'NotoSans-Regular'],
  ['देवनागरी', 'NotoSans-Regular'],
  ['王小明 臺灣', 'NotoSansHant-Regular'],
  ['陈国强 㐂', 'NotoSansHans-Regular'],
  ['山田ひかり コンサート', 'NotoSansHant-Regular'],
  ['𠮷野家', 'NotoSansJP-Regular'],
  ['김민수 박지영 뷁', 'NotoSansKR-Regular'],
])('a name like %s is written in %s', async (buyer, font) => {
  const pdf = await printHere(newReceipt({ buyer }));
  const { pages } = await readPdf(pdf);
  // Some letters are one glyph made of two characters, which readers tell apart.
  expect(pages[0]!.normalize('NFKC')).toContain(buyer.normalize('NFKC'));
  expect(embeddedFonts(pdf)).toContain(font);
});

test.each([
  ['שלום עולם', 'NotoSansHebrew'],
  ['محمد عبد الله', 'NotoNaskhArabic'],
])('%s is written in %s', async (buyer, font) => {
  const pdf = await printHere(newReceipt({ buyer }));
  expect(embeddedFonts(pdf)).toContain(font);
  const { pages } = await readPdf(pdf);
  expect(pages[0]).not.toContain('\ufffd');
});

/** All fonts are embedded as subsets, which have a tag of six letters. */
function embeddedFonts(pdf: Buffer): string[] {
  const text = pdf.toString('latin1');
  const names = [...text.matchAll(/\/FontName \/(\S+)/g)].map(([, name = '']) => name);
  expect([...text.matchAll(/\/FontFile[23] /g)]).toHaveLength(names.length);
  return names.map((name) => name.replace(/^[A-Z]{6}\+/, ''));
}

test('a character that no font has is shown as missing, not left out', async () => {
  const { pages } = await drawn({ buyer: 'Ann ไ 👍' });
  expect(pages[0]).toContain('Ann � �');
});

test('long texts are broken, and go on on the next page', async () => {
  const seats = Array.from({ length: 10 }, (_, number) => ({
    ...newReceipt().seats[0]!,
    section: `${'Very long name of a section '.repeat(7)}${number}`,
  }));
  const { pages } = await drawn({
    seats,
    event: { ...newReceipt().event, title: 'W'.repeat(200), venue: 'Old Mill '.repeat(22).trim() },
  });
  expect(pages).toHaveLength(2);
  expect(pages[0]).toContain('Page 1 of 2');
  expect(pages[1]).toContain('Total paid 90.00');
  const all = pages.join('\n');
  expect(all.match(/W/g)).toHaveLength(200);
  expect(all.match(/ 40\.00$/gm)).toHaveLength(10);
});

test('the same receipt has the same bytes', async () => {
  const receipt = newReceipt({ buyer: '王小明' });
  expect((await printHere(receipt)).equals(await printHere({ ...receipt }))).toBe(true);
  expect((await printHere(receipt)).equals(await printHere({ ...receipt, buyer: '王大明' }))).toBe(false);
});

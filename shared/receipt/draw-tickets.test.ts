import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printHere } from '../../testing/print-here.ts';
import { readPdf } from '../../testing/receipt/read-pdf.ts';
import type { PrintedTickets } from './tickets.ts';

const seat = (number: number) => ({ section: 'Stalls', row: '2', number });
const qr = '01mfzqk3x0000a-1.3.5.AAAAAAAAAAAAAAAAAAAAAA';

function newTickets(changes: Partial<PrintedTickets> = {}): PrintedTickets {
  return {
    orderId: '01mfzqk3x0000a-1',
    locale: 'en',
    holder: 'Łukasz Żółć',
    paidAt: '2026-11-30T00:10:00.000Z',
    event: {
      title: 'A Night of Strings',
      venue: 'Old Mill',
      startsAt: '2027-03-05T19:30:00.000Z',
      timeZone: 'Asia/Taipei',
    },
    tickets: [
      { seat: seat(5), qr, code: '7KQ4-M2XD' },
      { seat: seat(6), qr, code: 'ABCD-EFGH' },
    ],
    ...changes,
  };
}

/** With SEATDROP_PICTURES the file is kept, to be looked at. */
async function drawn(name: string, changes: Partial<PrintedTickets> = {}) {
  const pdf = await printHere(newTickets(changes));
  const folder = process.env['SEATDROP_PICTURES'];
  if (folder !== undefined) writeFileSync(join(folder, `tickets-${name}.pdf`), pdf);
  return readPdf(pdf);
}

test('each ticket has a page with event, time in its zone, place, seat, name, order and code', async () => {
  const { pages, title } = await drawn('en');
  expect(title).toBe('Tickets 01mfzqk3x0000a-1');
  expect(pages).toHaveLength(2);
  for (const [at, own] of [
    ['Ticket 1 of 2', '7KQ4-M2XD', '25'],
    ['Ticket 2 of 2', 'ABCD-EFGH', '26'],
  ].entries()) {
    const lines = pages[at]!.split('\n');
    for (const fact of [
      ...own.slice(1),
      'A Night of Strings',
      'Saturday, 6 March 2027 at 03:30 GMT+8',
      'Old Mill',
      'Stalls',
      'RowSeat',
      'Name: Łukasz Żółć',
      'Order: 01mfzqk3x0000a-1',
    ])
      expect(lines).toContain(fact);
    expect(pages[at]).toContain(own[0]);
  }
  expect(pages[0]).not.toContain('ABCD');
  const [one, again] = await Promise.all([printHere(newTickets()), printHere(newTickets())]);
  expect(one.equals(again)).toBe(true);
});

test('in Chinese, with text that users typed as it is, and all on one page however long it is', async () => {
  const long = '台北愛樂管弦樂團跨年音樂會：德弗札克《新世界》與蕭士塔高維契第五號交響曲 '.repeat(6);
  const { pages } = await drawn('zh', {
    locale: 'zh-Hant',
    holder: '王小明 <b>"&amp;"</b>\nEND:VCARD',
    event: { ...newTickets().event, title: long, venue: `國家音樂廳 <script>${'中山南路'.repeat(60)}` },
    tickets: [
      {
        seat: { section: '二樓左側包廂與後方加座區域（視線部分遮蔽）', row: 'AA', number: 123 },
        qr,
        code: '7KQ4-M2XD',
      },
    ],
  });
  expect(pages).toHaveLength(1);
  for (const fact of [
    '門票 1／1',
    '7KQ4-M2XD',
    'AA',
    '123',
    '姓名：王小明 <b>"&amp;"</b>',
    '國家音樂廳 <script>',
  ])
    expect(pages[0]).toContain(fact);
});

test('an endless word in a title or name leaves the code on the page', async () => {
  const { pages } = await drawn('long', {
    holder: 'X'.repeat(400),
    event: { ...newTickets().event, title: 'W'.repeat(900), venue: 'M'.repeat(900) },
    tickets: [{ seat: { section: 'S'.repeat(100), row: '2', number: 5 }, qr, code: '7KQ4-M2XD' }],
  });
  expect(pages).toHaveLength(1);
  expect(pages[0]).toMatch(/7KQ4-M2XD[^]*Order: 01mfzqk3x0000a-1/);
});

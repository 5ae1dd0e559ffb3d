import { newMailJob } from '../../testing/lambda/new-mail-job.ts';
import { compose } from './compose.ts';

test('a mail names event, time in its zone, venue, every seat, amount, order and link, as text and as HTML', () => {
  const { subject, text, html } = compose(newMailJob());
  expect(subject).toBe('Your seats for A Night of Strings');
  for (const body of [text, html]) {
    for (const fact of [
      'Hello Sam Shopper',
      'A Night of Strings',
      'Saturday',
      '6 March 2027',
      '03:30',
      'GMT+8',
      'Old Mill',
      'Stalls, row 2, seat 5',
      'Stalls, row 2, seat 6',
      '90.00 EUR',
      '01mfzqk3x0000a-1',
      'https://seatdrop.test/orders/01mfzqk3x0000a-1',
      'QR code',
    ])
      expect(body).toContain(fact);
  }
});

test('in Traditional Chinese for who reads that', () => {
  const { subject, text, html } = compose(newMailJob({ locale: 'zh-Hant' }));
  expect(subject).toBe('你的座位：A Night of Strings');
  for (const body of [text, html]) {
    expect(body).toContain('Stalls 2 排 5 號');
    expect(body).toContain('2027年3月6日');
    expect(body).not.toMatch(/Hello|Seats|Thank/);
  }
  expect(html).toContain('<html lang="zh-Hant">');
});

test('a refund is told as one', () => {
  const { subject, text } = compose(newMailJob({ about: 'order-refunded' }));
  expect(subject).toBe('Your money back for A Night of Strings');
  expect(text).toContain('Refunded: 90.00 EUR');
  expect(text).not.toMatch(/QR/);
});

test.each(['order-paid', 'order-refunded'] as const)(
  'without money there is no word about payment or refund (%s)',
  (about) => {
    const job = newMailJob({ about });
    const { subject, text, html } = compose({ ...job, order: { ...job.order, amount: 0 } });
    for (const words of [subject, text, html]) expect(words).not.toMatch(/pa(id|y)|refund|money|bank|0\.00/i);
    expect(text).toContain('Stalls, row 2, seat 5');
  },
);

test('what people wrote stays text, wherever it stands', () => {
  const nasty = `<script>alert("1")</script> & 'friends' <img src=x>`;
  const job = newMailJob();
  const { text, html } = compose({
    ...job,
    to: { ...job.to, name: nasty },
    order: { ...job.order, url: `https://seatdrop.test/orders/1"onclick="x` },
    event: { ...job.event, title: nasty, venue: nasty },
    seats: [{ section: nasty, row: '1', number: 1 }],
  });
  expect(html).not.toMatch(/<script|<img|"onclick/);
  expect(
    html.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt; &amp; &#39;friends&#39;/g),
  ).toHaveLength(5);
  expect(text).toContain(nasty);
});

test('an amount has the decimals of its currency', () => {
  const job = newMailJob();
  const yen = compose({ ...job, order: { ...job.order, amount: 9000, currency: 'JPY' } });
  expect(yen.text).toContain('Paid: 9000 JPY');
});

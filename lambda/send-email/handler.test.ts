import { captureLog } from '../../testing/captured-log.ts';
import { MailCatcher, type CaughtMail } from '../../local/mail-catcher/catcher.ts';
import { newMailJob } from '../../testing/lambda/new-mail-job.ts';
import { printHere } from '../../testing/print-here.ts';
import { newReceipt } from '../../testing/receipt/new-receipt.ts';
import { readPdf } from '../../testing/receipt/read-pdf.ts';
import { createSendEmail, type SendEmail } from './handler.ts';
import type { MailJob } from './mail-job.ts';
import { createMailer, type Mailer } from './mailer.ts';

let refused: string | undefined;
let catcher: MailCatcher;
let mailer: Mailer;
let sendEmail: SendEmail;
beforeEach(async () => {
  refused = undefined;
  catcher = new MailCatcher({ refuse: (address) => (address === refused ? 'no such mailbox' : undefined) });
  const port = await catcher.listen(0);
  mailer = createMailer({ url: `smtp://127.0.0.1:${port}`, from: 'Seatdrop <tickets@seatdrop.test>' });
  sendEmail = createSendEmail({ mailer, print: printHere, log: captureLog().log });
});
afterEach(async () => {
  mailer.close();
  await catcher.close();
});

const record = (messageId: string, job: MailJob | string) => ({
  messageId,
  body: typeof job === 'string' ? job : JSON.stringify(job),
});
const to = (address: string) => ({ name: 'Sam', address });

test('a mail arrives as it was composed, with an id that is its job’s', async () => {
  const answer = await sendEmail({ Records: [record('m1', newMailJob({ id: 'order-paid.17' }))] });
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(catcher.mails).toMatchObject([
    {
      from: 'Seatdrop <tickets@seatdrop.test>',
      to: ['sam@seatdrop.test'],
      messageId: '<order-paid.17@seatdrop.test>',
      subject: 'Your seats for A Night of Strings',
      text: expect.stringContaining('Stalls, row 2, seat 5') as string,
      html: expect.stringContaining('<h1') as string,
    },
  ]);
});

test('its receipt is attached, and the same bytes are attached again if it is sent again', async () => {
  const Records = [record('a', newMailJob({ receipt: newReceipt() }))];
  await sendEmail({ Records });
  await createSendEmail({ mailer, print: printHere, log: captureLog().log })({ Records });
  const [[receipt], [again]] = catcher.mails.map(({ attachments }) => attachments) as [
    CaughtMail['attachments'],
    CaughtMail['attachments'],
  ];
  expect(receipt).toMatchObject({
    name: 'seatdrop-receipt-01mfzqk3x0000a-1.pdf',
    type: 'application/pdf',
  });
  expect(receipt!.content.subarray(0, 5).toString()).toBe('%PDF-');
  expect(receipt!.content.equals(again!.content)).toBe(true);
});

test('the mail of an order that cost nothing speaks of no money, and nor does its receipt', async () => {
  const { order } = newMailJob();
  const lines = [{ kind: 'seats', amount: 0 }] as const;
  const receipt = newReceipt({ total: 0, lines: [...lines], tax: { percent: 19, amount: 0 } });
  await sendEmail({ Records: [record('a', newMailJob({ order: { ...order, amount: 0 }, receipt }))] });
  const [{ text, attachments }] = catcher.mails as [CaughtMail];
  const { pages } = await readPdf(attachments[0]!.content);
  expect(pages[0]).toContain('Free of charge');
  expect(`${text} ${pages[0]}`).not.toMatch(/paid|payment|included tax|EUR/i);
});

test('a receipt that cannot be drawn holds up no mail', async () => {
  const { log, lines } = captureLog();
  const print = () => Promise.reject(new Error('no font'));
  const answer = await createSendEmail({ mailer, print, log })({
    Records: [record('a', newMailJob({ receipt: newReceipt() }))],
  });
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(catcher.mails).toMatchObject([{ attachments: [] }]);
  expect(lines.map(({ msg }) => msg)).toEqual(['a mail goes without its receipt']);
});

test('of a batch only what failed is to be delivered again', async () => {
  refused = 'gone@seatdrop.test';
  const answer = await sendEmail({
    Records: [
      record('fine', newMailJob({ id: 'order-paid.1' })),
      record('refused', newMailJob({ id: 'order-paid.2', to: to('gone@seatdrop.test') })),
      record('no-json', '{'),
      record('no-job', '{"id":"order-paid.3"}'),
      record('fine-too', newMailJob({ id: 'order-paid.4', to: to('ann@seatdrop.test') })),
    ],
  });
  expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
    'refused',
    'no-json',
    'no-job',
  ]);
  expect(new Set(catcher.mails.map((mail) => mail.to[0]))).toEqual(
    new Set(['ann@seatdrop.test', 'sam@seatdrop.test']),
  );
});

test('a mail that was sent is not sent again, and one that failed is', async () => {
  refused = 'ann@seatdrop.test';
  const sent = record('a', newMailJob({ id: 'order-paid.1' }));
  const failing = record('b', newMailJob({ id: 'order-paid.2', to: to('ann@seatdrop.test') }));
  await sendEmail({ Records: [sent, sent, failing] });
  refused = undefined;
  expect(await sendEmail({ Records: [sent, failing] })).toEqual({ batchItemFailures: [] });
  expect(catcher.mails.map(({ messageId }) => messageId)).toEqual([
    '<order-paid.1@seatdrop.test>',
    '<order-paid.2@seatdrop.test>',
  ]);
});

test('a second process sends it again, under the same id', async () => {
  const Records = [record('a', newMailJob({ id: 'order-paid.1' }))];
  await sendEmail({ Records });
  await createSendEmail({ mailer, print: printHere, log: captureLog().log })({ Records });
  expect(catcher.mails.map(({ messageId }) => messageId)).toEqual([
    '<order-paid.1@seatdrop.test>',
    '<order-paid.1@seatdrop.test>',
  ]);
});

test('line breaks in what people wrote add no header and no recipient', async () => {
  const job = newMailJob();
  const title = 'Strings\r\nBcc: eve@seatdrop.test\r\n\r\nhello';
  await sendEmail({
    Records: [
      record('a', {
        ...job,
        event: { ...job.event, title },
        to: { ...job.to, name: 'Sam\r\nCc: eve@seatdrop.test' },
      }),
    ],
  });
  expect(catcher.mails).toMatchObject([{ to: ['sam@seatdrop.test'] }]);
  expect(catcher.mails[0]?.subject).toContain('Bcc: eve');
});

test('without a mail server every message is to be delivered again', async () => {
  await catcher.close();
  const answer = await sendEmail({ Records: [record('a', newMailJob())] });
  expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'a' }]);
});

test('mail for another machine goes by TLS or not at all', async () => {
  // An address of this machine that is not recognized as local, as if it were another machine.
  const other = new MailCatcher();
  const port = await other.listen(0, '127.0.0.2');
  const far = createMailer({ url: `smtp://127.0.0.2:${port}`, from: 'tickets@seatdrop.test' });
  await expect(far.send(newMailJob())).rejects.toThrow(/STARTTLS|TLS/i);
  far.close();
  await other.close();
});

import { captureLog } from '../../testing/captured-log.ts';
import { printHere } from '../../testing/print-here.ts';
import { chooseMailRoute, mailSettings } from './choose-mail-route.ts';

const faultsOf = (env: Record<string, string>) =>
  mailSettings.safeParse(env).error?.issues.map(({ path }) => path.join('.')) ?? [];

test('what a way of sending needs is asked for', () => {
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf({ SMTP_URL: 'smtp://127.0.0.1:25' })).toEqual(['MAIL_FROM']);
  expect(faultsOf({ MAIL_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/mails' })).toEqual([
    'AWS_REGION',
  ]);
  expect(faultsOf({ SMTP_URL: 'http://127.0.0.1', MAIL_FROM: 'nobody', EVENT_TIME_ZONE: 'Here' })).toEqual([
    'SMTP_URL',
    'MAIL_FROM',
    'EVENT_TIME_ZONE',
  ]);
});

test.each(['a@b.test', 'Seatdrop <a@b.test>'])('%s may be whom mails are from', (MAIL_FROM) => {
  expect(faultsOf({ MAIL_FROM, SMTP_URL: 'smtps://user:pass@mail.test' })).toEqual([]);
});

test('without any, mails wait, which is said once', () => {
  const { log, lines } = captureLog();
  expect(chooseMailRoute(mailSettings.parse({}), { print: printHere, log })).toBeUndefined();
  expect(lines.map(({ msg }) => msg)).toEqual([
    'neither MAIL_QUEUE_URL nor SMTP_URL is set: mails wait in the outbox',
  ]);
});

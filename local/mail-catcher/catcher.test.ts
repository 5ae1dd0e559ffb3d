import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMailer, type Mailer } from '../../lambda/send-email/mailer.ts';
import { newMailJob } from '../../testing/lambda/new-mail-job.ts';
import { exchange } from '../process/wait.ts';
import { MailCatcher } from './catcher.ts';
import { createWebView } from './web-view.ts';

let catcher: MailCatcher;
let view: Server;
let mailer: Mailer;
let url: string;

beforeEach(async () => {
  catcher = new MailCatcher({ limit: 3 });
  mailer = createMailer({
    url: `smtp://127.0.0.1:${await catcher.listen(0)}`,
    from: 'tickets@seatdrop.test',
  });
  view = createWebView(catcher).listen(0, '127.0.0.1');
  await once(view, 'listening');
  url = `http://127.0.0.1:${(view.address() as AddressInfo).port}`;
});
afterEach(async () => {
  mailer.close();
  view.close();
  view.closeAllConnections();
  await catcher.close();
});

const get = async (path: string) => {
  const response = await fetch(url + path);
  return {
    status: response.status,
    policy: response.headers.get('content-security-policy'),
    body: await response.text(),
  };
};

test('the list leads to the mail, and the mail shows itself as HTML and as text', async () => {
  expect((await get('/')).body).toContain('None yet');
  await mailer.send(newMailJob());
  const list = await get('/');
  expect(list.body).toContain('<a href="/mails/1">Your seats for A Night of Strings</a>');
  const mail = await get('/mails/1');
  expect(mail.body).toContain('Stalls, row 2, seat 5');
  expect(mail.body).toContain('<iframe sandbox src="/mails/1.html"');
  expect((await get('/mails/1.html')).body).toContain('<h1');
  expect(JSON.parse((await get('/mails.json')).body)).toMatchObject([{ to: ['sam@seatdrop.test'] }]);
  expect((await get('/mails/2')).status).toBe(404);
});

test('nothing that a mail brings runs in the page', async () => {
  const job = newMailJob();
  await mailer.send({ ...job, event: { ...job.event, title: '<script>alert(1)</script>' } });
  for (const path of ['/', '/mails/1', '/mails/1.html']) {
    const { body, policy } = await get(path);
    expect(body).not.toContain('<script');
    expect(policy).toContain("default-src 'none'");
  }
});

test('only the last mails are kept', async () => {
  for (const id of ['a', 'b', 'c', 'd']) await mailer.send(newMailJob({ id }));
  expect(catcher.mails.map(({ number }) => number)).toEqual([2, 3, 4]);
  expect((await get('/mails/1')).status).toBe(404);
});

test('a page of another name that leads here reads no mail', async () => {
  await mailer.send(newMailJob());
  const { port } = view.address() as AddressInfo;
  const ask = (host: string) =>
    exchange(
      port,
      `GET /mails.json HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
      (text) => /\r\n\r\n[^]+/.test(text),
      5_000,
    );
  for (const host of ['evil.test', `evil.test:${port}`, '127.0.0.1.evil.test', 'localhost@evil.test']) {
    const answer = await ask(host);
    expect(answer).toMatch(/^HTTP\/1.1 421 /);
    expect(answer).not.toContain('sam@');
  }
  for (const host of [`127.0.0.1:${port}`, 'localhost:8025', '[::1]:8025'])
    expect(await ask(host)).toContain('sam@');
});

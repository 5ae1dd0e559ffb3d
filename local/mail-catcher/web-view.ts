import { createServer, type Server, type ServerResponse } from 'node:http';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import type { CaughtMail, MailCatcher } from './catcher.ts';

/**
 * The caught mails as web pages. `/` the list, the latest first; `/mails/N` one mail; `/mails/N.html` its original
 * HTML; `/mails.json` all mails, for tools.
 */
export function createWebView(catcher: Pick<MailCatcher, 'mails'>): Server {
  return createServer(({ url = '/', headers }, response) => {
    if (!isOfThisMachine(headers.host)) {
      send(response, 'text/plain', 'Mails are shown under the names of this machine only', 421);
      return;
    }
    const [, number, raw] = /^\/mails\/(\d{1,9})(\.html)?$/.exec(url) ?? [];
    const mail = catcher.mails.find((one) => String(one.number) === number);
    if (url === '/healthz') send(response, 'application/json', '{"status":"ok"}');
    else if (url === '/') send(response, 'text/html', listPage(catcher.mails));
    else if (url === '/mails.json') send(response, 'application/json', JSON.stringify(catcher.mails));
    else if (mail && raw !== undefined) send(response, 'text/html', mail.html);
    else if (mail) send(response, 'text/html', mailPage(mail));
    else send(response, 'text/plain', 'There is no such page', 404);
  });
}

/**
 * Anybody who can read the mails can sign in or use a ticket. Checking the Host header prevents a foreign page whose
 * name resolves to this machine (DNS rebinding) from reading them.
 */
function isOfThisMachine(host = ''): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host);
}

/** No script in a mail runs, and nothing is fetched for it. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'";

function send(response: ServerResponse, type: string, body: string, status = 200): void {
  response
    .writeHead(status, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    .end(body);
}

function listPage(mails: readonly CaughtMail[]): string {
  const rows = mails
    .toReversed()
    .map(
      ({ number, at, to, subject }) =>
        `<tr><td>${timeOf(at)}<td>${escapeHtml(to.join(', '))}<td><a href="/mails/${number}">${escapeHtml(subject)}</a>`,
    );
  const none = '<p>None yet. Buy something.';
  return page(
    'Mails',
    rows.length === 0 ? none : `<table><tr><th>At<th>To<th>Subject${rows.join('')}</table>`,
    '<meta http-equiv="refresh" content="5">',
  );
}

function mailPage({ number, at, from, to, messageId, subject, text }: CaughtMail): string {
  const heads = [
    ['From', from],
    ['To', to.join(', ')],
    ['At', timeOf(at)],
    ['Message-ID', messageId],
  ].map(([name, value]) => `<tr><th>${name}<td>${escapeHtml(value ?? '')}`);
  return page(
    subject,
    `<p><a href="/">All mails</a><table>${heads.join('')}</table>
<iframe sandbox src="/mails/${number}.html" title="The mail as HTML"></iframe>
<h2>As text</h2><pre>${escapeHtml(text)}</pre>`,
  );
}

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(title)}</title>${head}
<style>
  body { font-family: sans-serif; max-width: 60em; margin: 1em auto; padding: 0 1em }
  th, td { text-align: left; padding: 0.2em 1em 0.2em 0; vertical-align: top }
  iframe { width: 100%; height: 28em; border: 1px solid #ccc; margin-top: 1em }
  pre { white-space: pre-wrap }
</style><h1>${escapeHtml(title)}</h1>${body}`;
}

function timeOf(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}

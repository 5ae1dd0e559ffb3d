/**
 * PayU for tests: its page at /_payment, which a browser can use, and its API at /merchant/postservice.php. Written from
 * PayU's documentation (docs.payu.in: "Web Integration - PayU Hosted", "Handling the Redirect URLs", and what
 * payu-book.ts names); no test here proves that PayU behaves so.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import { PayuBook, type PayuChoice } from './payu-book.ts';

/** What happens to the next call of a command: it is lost, its answer is lost, or it fails with 500. */
type Accident = { command: string; what: 'request_lost' | 'answer_lost' | 'fails' };

export type TestPayu = Awaited<ReturnType<typeof startPayu>>;

/** `webhookUrl`: where a webhook is sent after what a buyer does at the page; none is sent without it. */
export async function startPayu({ webhookUrl }: { webhookUrl?: () => string | undefined } = {}) {
  const book = new PayuBook();
  const asked: { command: string }[] = [];
  const accidents: Accident[] = [];

  const server = createServer((req, res) => {
    void serve(req, res).catch(() => res.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const form = Object.fromEntries(new URLSearchParams(await text(req)));
    const { pathname } = new URL(req.url ?? '/', url);
    if (req.method !== 'POST') return page(res, 404, 'There is nothing here.');
    if (pathname === '/_payment') return showChoices(book, form, res);
    if (pathname === '/merchant/postservice.php') return api(form, res);
    if (pathname !== '/choose') return page(res, 404, 'There is nothing here.');
    const { txnid = '', choice } = form;
    book.choose(txnid, choice as PayuChoice);
    const webhook = webhookUrl?.();
    if (webhook !== undefined) {
      const body = new URLSearchParams(book.posted(txnid));
      await fetch(webhook, { method: 'POST', body }).catch(() => undefined);
    }
    sendBack(book, txnid, res);
  }

  function api(form: Record<string, string>, res: ServerResponse): void {
    const { command = '' } = form;
    const accident = accidents.findIndex((each) => each.command === command);
    const [planned] = accident < 0 ? [] : accidents.splice(accident, 1);
    if (planned?.what === 'request_lost') return void res.destroy();
    if (planned?.what === 'fails') return void res.writeHead(500).end('Something went wrong');
    asked.push({ command });
    const answer = book.answerTo(form);
    if (planned?.what === 'answer_lost') return void res.destroy();
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  return {
    url,
    book,
    /** Every call of the API that arrived. */
    asked,
    /** Plans an accident for the next call of a command. */
    accident: (command: string, what: Accident['what']) => void accidents.push({ command, what }),
    /** What a browser does with the form of an action; PayU's objection if it does not take it. */
    post(fields: Readonly<Record<string, string>>): string | undefined {
      const begun = book.begin({ phone: '9999999999', ...fields });
      return typeof begun === 'string' ? begun : undefined;
    },
    /** The transactions of a hold. */
    of(holdId: string) {
      const [batch = '', entry = ''] = holdId.split('-');
      return book.transactions.filter(({ txnid }) => txnid.startsWith(batch + entry.padStart(4, '0')));
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function showChoices(book: PayuBook, form: Record<string, string>, res: ServerResponse): void {
  const begun = book.begin(form);
  if (typeof begun === 'string') return page(res, 400, begun);
  const choices = [
    ['approve', 'Pay'],
    ['decline', 'Pay with a card that is declined'],
    ['cancel', 'Cancel'],
  ].map(([choice, label]) => `<button name="choice" value="${choice}">${label}</button>`);
  const content =
    `<form method="post" action="/choose"><input type="hidden" name="txnid" value="${escapeHtml(begun.txnid)}">` +
    `${choices.join(' ')}</form>`;
  page(res, 200, `Pay ₹${escapeHtml(begun.fields['amount'] ?? '')}`, content);
}

/** A page that posts the result to the shop, as the buyer's browser. */
function sendBack(book: PayuBook, txnid: string, res: ServerResponse): void {
  const found = book.transactions.find((each) => each.txnid === txnid);
  const inputs = Object.entries(book.posted(txnid)).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const back = found?.fields[found.status === 'success' ? 'surl' : 'furl'] ?? '';
  const content =
    `<form method="post" action="${escapeHtml(back)}">${inputs.join('')}<button>Go back</button></form>` +
    '<script>document.forms[0].submit()</script>';
  page(res, 200, 'Going back to the shop', content);
}

function page(res: ServerResponse, status: number, title: string, content = ''): void {
  res
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
    .end(`<!doctype html><html lang="en"><title>PayU</title><h1>${title}</h1>${content}</html>`);
}

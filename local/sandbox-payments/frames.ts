/**
 * The frames that the pages show inside the pay page: the cards of the sandbox, and the bank's challenge. They are
 * served without an API key, from the origin of the pages, and talk to the page by postMessage. Every message has
 * `from: 'sandbox-payments'`; both sides ignore messages of other origins and other windows.
 *
 *   frame -> page   {kind: 'ready'}, {kind: 'height', height}, {kind: 'token', token} (cards), {kind: 'done'} (challenge)
 *   page -> frame   {kind: 'ask'}: cards, send the token of the chosen card
 *                   {kind: 'begin', secret}: challenge, of this charge. Secrets never stand in an address.
 */
import { createHash } from 'node:crypto';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import { frameWords } from './frame-words.ts';
import { TOKENS, type Token } from './provider.ts';

export type FrameName = 'cards' | 'challenge';

const digitsOf: Record<Token, string> = {
  tok_approved: '4242',
  tok_challenge: '3155',
  tok_declined: '0002',
  tok_slow: '3220',
  tok_late: '0077',
  tok_lost: '9995',
};

/** Part of both scripts. */
const messages = `
const from = 'sandbox-payments';
const send = (message) => parent.postMessage({ from, ...message }, location.origin);
const receive = (kind, handle) =>
  addEventListener('message', ({ source, origin, data }) => {
    if (source === parent && origin === location.origin && data?.from === from && data.kind === kind) handle(data);
  });
new ResizeObserver(() => send({ kind: 'height', height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);
`;

const cardsScript = `${messages}
const form = document.querySelector('form');
const sendToken = () => send({ kind: 'token', token: new FormData(form).get('card') });
// A form without a text field and a button of its own is not submitted by Enter.
form.addEventListener('keydown', ({ key }) => key === 'Enter' && sendToken());
receive('ask', sendToken);
send({ kind: 'ready' });
`;

const challengeScript = `${messages}
const buttons = [...document.querySelectorAll('button')];
const failed = document.querySelector('[role=alert]');
let secret;
const enable = (isEnabled) => buttons.forEach((button) => (button.disabled = !isEnabled));
const answer = async (approve) => {
  enable(false);
  failed.hidden = true;
  try {
    const body = JSON.stringify({ secret, approve });
    const response = await fetch('challenges', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    // 404: there is no such charge, which the page learns by asking.
    if (!response.ok && response.status !== 404) throw new Error(String(response.status));
    send({ kind: 'done' });
  } catch {
    failed.hidden = false;
    enable(true);
  }
};
for (const button of buttons) button.addEventListener('click', () => answer(button.value === 'approve'));
receive('begin', (message) => {
  secret = message.secret;
  enable(true);
});
send({ kind: 'ready' });
`;

const style = `
:root { color-scheme: light dark; --ink: light-dark(#14191c, #eef2f2); --soft: light-dark(#4a555a, #aab6bb);
  --surface: light-dark(#ffffff, #181e21); --line: light-dark(#76838a, #77858c); --focus: light-dark(#1b55e2, #8db1ff);
  --bad: light-dark(#ad1f19, #ff9d92) }
:root[data-theme=light] { color-scheme: light }
:root[data-theme=dark] { color-scheme: dark }
* { box-sizing: border-box }
html { background: var(--surface); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif }
body { margin: 0; padding: 4px; overflow: hidden; overflow-wrap: anywhere }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; display: grid; gap: .75rem }
legend { padding: 0; margin-bottom: .75rem; font-weight: 650 }
label { display: flex; align-items: center; gap: .75rem; min-height: 3rem; padding: .6rem 1rem;
  border: 1.5px solid var(--line); border-radius: .625rem; cursor: pointer }
label:has(:checked) { border-color: var(--ink); box-shadow: inset 0 0 0 1.5px var(--ink) }
:is(label:has(:focus-visible), button:focus-visible) { outline: 3px solid var(--focus); outline-offset: 1px }
input { flex: none; width: 1.25rem; height: 1.25rem; margin: 0; accent-color: var(--ink); outline: none }
label > span:first-of-type { flex: 1; min-width: 0; display: grid }
small, .soft { color: var(--soft); font-size: .875rem }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
h1 { margin: 0 0 .5rem; font-size: 1.25rem }
p { margin: 0 0 .75rem }
:is(form, .answers) + p { margin: .75rem 0 0 }
[role=alert] { color: var(--bad); font-weight: 600 }
[role=alert][hidden] { display: none }
.answers { display: flex; flex-wrap: wrap; gap: .75rem }
button { flex: 1 1 8rem; min-height: 3rem; padding: .55em 1.25em; border: 1.5px solid var(--line); border-radius: .625rem;
  background: transparent; color: var(--ink); font: inherit; font-weight: 650; cursor: pointer }
button[value=approve] { background: var(--ink); color: var(--surface); border-color: var(--ink) }
button:disabled { opacity: .5; cursor: default }
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A frame runs its own script only, and only our pages may show it. The challenge sends the answer to this server. */
function policyOf(script: string, connect: "'self'" | "'none'"): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}

const policies: Record<FrameName, string> = {
  cards: policyOf(cardsScript, "'none'"),
  challenge: policyOf(challengeScript, "'self'"),
};

/** `lang`: en or zh-Hant; `theme`: light or dark. Anything else means English, and the theme of the system. */
export function renderFrame(name: FrameName, lang: string | null, theme: string | null) {
  const language = lang !== null && Object.hasOwn(frameWords, lang) ? lang : 'en';
  const words = frameWords[language]!;
  const isCards = name === 'cards';
  const html = `<!doctype html>
<html lang="${language}"${theme === 'light' || theme === 'dark' ? ` data-theme="${theme}"` : ''}>
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${isCards ? words.cardsTitle : words.challengeTitle}</title><style>${style}</style></head>
<body>${isCards ? cards(words) : challenge(words)}<script>${isCards ? cardsScript : challengeScript}</script></body>
</html>
`;
  return { html, policy: policies[name] };
}

type Words = (typeof frameWords)[string];

function cards({ cardsTitle, choose, noRealMoney, endingIn, cards: named }: Words): string {
  const labels = TOKENS.map((token, at) => {
    const { name, hint } = named[token];
    const digits = digitsOf[token];
    return `<label><input type="radio" name="card" value="${token}"${at === 0 ? ' checked' : ''}>
<span>${escapeHtml(name)}<small>${escapeHtml(hint)}</small></span>
<span class="soft"><span aria-hidden="true">•••• ${digits}</span><span class="unseen">${escapeHtml(endingIn(digits))}</span></span></label>`;
  });
  return `<h1 class="unseen">${escapeHtml(cardsTitle)}</h1>
<form><fieldset><legend>${escapeHtml(choose)}</legend>${labels.join('\n')}</fieldset></form>
<p class="soft">${escapeHtml(noRealMoney)}</p>`;
}

function challenge({ challengeTitle, challengeText, approve, refuse, noRealMoney, failed }: Words): string {
  return `<h1>${escapeHtml(challengeTitle)}</h1>
<p>${escapeHtml(challengeText)}</p>
<p role="alert" hidden>${escapeHtml(failed)}</p>
<div class="answers"><button type="button" value="approve" disabled>${escapeHtml(approve)}</button>
<button type="button" value="refuse" disabled>${escapeHtml(refuse)}</button></div>
<p class="soft">${escapeHtml(noRealMoney)}</p>`;
}

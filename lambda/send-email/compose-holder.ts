import { eventTime } from '../../shared/contract/event-time.ts';
import { decimal } from '../../shared/contract/minor-units.ts';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import type { HolderMailJob } from './holder-mail-job.ts';
import { holderWords, type HolderWords } from './holder-words.ts';
import { htmlPage, type Mail } from './mail.ts';

type Fact = [name: string, value: string, before?: string];

/** The mail of a job as text and as HTML. The subject is ours; what the organizer wrote stays text, links too. */
export function composeHolderMail(job: HolderMailJob): Mail {
  const { about, to, locale, url, organizer, text: written, event } = job;
  const say = holderWords[locale];
  const { opening, next } = say.about[about];
  const title = oneLine(event.title);
  const greeting = say.greeting(oneLine(to.name));
  const facts = factsOf(job, say);
  const from = say.from(oneLine(organizer));
  const subject = say.about[about].subject(title);
  const text = [
    greeting,
    ...(opening ? [opening] : []),
    ...(about === 'holder-message' ? [from, quoted(written)] : []),
    title,
    facts.map(([name, value, was]) => `${name}: ${value}${was ? `\n  ${say.before(was)}` : ''}`).join('\n'),
    ...(about !== 'holder-message' && written ? [from, quoted(written)] : []),
    ...(next ? [next] : []),
    `${say.link}: ${url}`,
    ...(written ? [say.care] : []),
  ];
  const cell = 'padding:4px 16px 4px 0;vertical-align:top';
  const rows = facts.map(
    ([name, value, was]) =>
      `<tr><th align="left" style="${cell}">${escapeHtml(name)}</th>` +
      `<td style="${cell}">${escapeHtml(value)}${was ? `<br><s>${escapeHtml(was)}</s>` : ''}</td></tr>`,
  );
  const quote =
    `<p>${escapeHtml(from)}</p>\n<blockquote style="margin:0;padding-left:1em;border-left:3px solid #999">` +
    `${written.split('\n').map(escapeHtml).join('<br>\n')}</blockquote>`;
  const body = [
    `<p>${escapeHtml(greeting)}</p>`,
    ...(opening ? [`<p>${escapeHtml(opening)}</p>`] : []),
    ...(about === 'holder-message' ? [quote] : []),
    `<h1 style="font-size:1.3em">${escapeHtml(title)}</h1>`,
    `<table role="presentation" style="border-collapse:collapse">\n${rows.join('\n')}\n</table>`,
    ...(about !== 'holder-message' && written ? [quote] : []),
    ...(next ? [`<p>${escapeHtml(next)}</p>`] : []),
    `<p><a href="${escapeHtml(url)}">${escapeHtml(say.link)}</a></p>`,
    ...(written ? [`<p style="color:#555">${escapeHtml(say.care)}</p>`] : []),
  ];
  return {
    subject,
    text: `${text.join('\n\n')}\n`,
    html: htmlPage({ locale, title: subject, body: body.join('\n') }),
  };
}

/** Each fact that changed is followed by what it was. */
function factsOf({ event, before, locale, refunds = [] }: HolderMailJob, say: HolderWords): Fact[] {
  const when = ({ startsAt, timeZone }: Pick<HolderMailJob['event'], 'startsAt' | 'timeZone'>) =>
    eventTime(startsAt, timeZone, locale);
  const changed = (now: string, was: string | undefined): [string, string?] =>
    was === undefined || was === now ? [now] : [now, was];
  const back = refunds.filter(({ amount }) => amount > 0);
  return [
    ...(before && before.title !== event.title
      ? [[say.name, ...changed(oneLine(event.title), oneLine(before.title))] as Fact]
      : []),
    [say.when, ...changed(when(event), before && when(before))],
    [say.where, ...changed(oneLine(event.venue), before && oneLine(before.venue))],
    ...(back.length > 0
      ? [[say.back, back.map((money) => `${decimal(money)} ${money.currency}`).join(', ')] as Fact]
      : []),
  ];
}

/** Indented as in a reply, so that it cannot pass for words of ours. */
const quoted = (written: string) =>
  written
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');

/** Names from before the contract refused line breaks may have some. */
const oneLine = (text: string) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

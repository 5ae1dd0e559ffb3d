import { eventTime } from '../../shared/contract/event-time.ts';
import { decimal } from '../../shared/contract/minor-units.ts';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import { composeAccountMail } from './compose-account.ts';
import { composeNewsMail } from './compose-news.ts';
import { composeHolderMail } from './compose-holder.ts';
import { htmlPage, type Mail } from './mail.ts';
import type { MailJob, OrderMailJob } from './mail-job.ts';
import { words, type Words } from './words.ts';

type Fact = [name: string, values: string[]];

/** The mail of a job as text and as HTML. */
export function compose(job: MailJob): Mail {
  if ('organizer' in job) return composeHolderMail(job);
  if ('order' in job) return composeOrderMail(job);
  return 'event' in job ? composeNewsMail(job) : composeAccountMail(job);
}

/** Text written by users is escaped. */
function composeOrderMail({ about, to, locale, order, event, seats }: OrderMailJob): Mail {
  const say = words[locale];
  const { subject: subjectFor, opening } = wordsOf(say, about, order.amount);
  const money: Fact[] =
    order.amount === 0 ? [] : [[say.amount[about], [`${decimal(order)} ${order.currency}`]]];
  const facts: Fact[] = [
    [say.when, [eventTime(event.startsAt, event.timeZone, locale)]],
    [say.where, [event.venue]],
    [say.seats, seats.map(say.seat)],
    ...money,
    [say.order, [order.id]],
  ];
  const greeting = say.greeting(to.name);
  const text = [
    greeting,
    opening,
    event.title,
    facts.map(([name, values]) => `${name}: ${values.join('\n  ')}`).join('\n'),
    say.next[about],
    `${say.link[about]}: ${order.url}`,
  ];
  const cell = 'padding:4px 16px 4px 0;vertical-align:top';
  const rows = facts.map(
    ([name, values]) =>
      `<tr><th align="left" style="${cell}">${escapeHtml(name)}</th>` +
      `<td style="${cell}">${values.map(escapeHtml).join('<br>')}</td></tr>`,
  );
  const body = `<p>${escapeHtml(greeting)}</p>
<p>${escapeHtml(opening)}</p>
<h1 style="font-size:1.3em">${escapeHtml(event.title)}</h1>
<table role="presentation" style="border-collapse:collapse">
${rows.join('\n')}
</table>
<p>${escapeHtml(say.next[about])}</p>
<p><a href="${escapeHtml(order.url)}">${escapeHtml(say.link[about])}</a></p>`;
  const subject = subjectFor(event.title);
  return { subject, text: `${text.join('\n\n')}\n`, html: htmlPage({ locale, title: subject, body }) };
}

/** Seats that cost nothing, or for which nothing goes back, are not spoken of as paid or refunded. */
function wordsOf({ subject, opening, withoutMoney }: Words, about: OrderMailJob['about'], amount: number) {
  const withMoney = { subject: subject[about], opening: opening[about] };
  return amount === 0 ? (withoutMoney[about] ?? withMoney) : withMoney;
}

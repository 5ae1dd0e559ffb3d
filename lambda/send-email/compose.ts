import { eventTime } from '../../shared/contract/event-time.ts';
import { decimal } from '../../shared/contract/minor-units.ts';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import { composeAccountMail } from './compose-account.ts';
import { htmlPage, type Mail } from './mail.ts';
import type { MailJob, OrderMailJob } from './mail-job.ts';
import { words } from './words.ts';

/** The mail of a job as text and as HTML. */
export function compose(job: MailJob): Mail {
  return 'order' in job ? composeOrderMail(job) : composeAccountMail(job);
}

/** Text written by users is escaped. */
function composeOrderMail({ about, to, locale, order, event, seats }: OrderMailJob): Mail {
  const say = words[locale];
  const facts: [name: string, values: string[]][] = [
    [say.when, [eventTime(event.startsAt, event.timeZone, locale)]],
    [say.where, [event.venue]],
    [say.seats, seats.map(say.seat)],
    [say.amount[about], [`${decimal(order)} ${order.currency}`]],
    [say.order, [order.id]],
  ];
  const greeting = say.greeting(to.name);
  const text = [
    greeting,
    say.opening[about],
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
<p>${escapeHtml(say.opening[about])}</p>
<h1 style="font-size:1.3em">${escapeHtml(event.title)}</h1>
<table role="presentation" style="border-collapse:collapse">
${rows.join('\n')}
</table>
<p>${escapeHtml(say.next[about])}</p>
<p><a href="${escapeHtml(order.url)}">${escapeHtml(say.link[about])}</a></p>`;
  const subject = say.subject[about](event.title);
  return { subject, text: `${text.join('\n\n')}\n`, html: htmlPage({ locale, title: subject, body }) };
}

import { eventTime } from '../../shared/contract/event-time.ts';
import { decimal } from '../../shared/contract/minor-units.ts';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import type { MailJob } from './mail-job.ts';
import { words } from './words.ts';

export type Mail = { subject: string; text: string; html: string };

/** The mail of a job as text and as HTML. Text written by users is escaped. */
export function compose({ about, to, locale, order, event, seats }: MailJob): Mail {
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
  const html = `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><title>${escapeHtml(say.subject[about](event.title))}</title></head>
<body style="font-family:sans-serif;max-width:36em;margin:1em auto;line-height:1.5">
<p>${escapeHtml(greeting)}</p>
<p>${escapeHtml(say.opening[about])}</p>
<h1 style="font-size:1.3em">${escapeHtml(event.title)}</h1>
<table role="presentation" style="border-collapse:collapse">
${rows.join('\n')}
</table>
<p>${escapeHtml(say.next[about])}</p>
<p><a href="${escapeHtml(order.url)}">${escapeHtml(say.link[about])}</a></p>
</body>
</html>
`;
  return { subject: say.subject[about](event.title), text: `${text.join('\n\n')}\n`, html };
}

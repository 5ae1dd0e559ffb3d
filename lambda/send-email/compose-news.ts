import { eventTime } from '../../shared/contract/event-time.ts';
import { decimal } from '../../shared/contract/minor-units.ts';
import { escapeHtml } from '../../shared/http/escape-html.ts';
import { htmlPage, type Mail } from './mail.ts';
import type { NewsMailJob } from './news-mail-job.ts';
import { newsWords } from './news-words.ts';

/** The mail of a job as text and as HTML. Text written by users is escaped. */
export function composeNewsMail(job: NewsMailJob): Mail {
  const { about, to, locale, url, event, seats } = job;
  const say = newsWords[locale];
  const { subject: subjectFor, opening, next, link } = say.about[about];
  const facts = newsFacts(job);
  const greeting = say.greeting(oneLine(to.name));
  const details = [
    `${say.when}: ${eventTime(event.startsAt, event.timeZone, locale)}`,
    `${say.where}: ${oneLine(event.venue)}`,
    ...(seats.length > 0 ? [`${say.seats}: ${seats.map(say.seat).join('; ')}`] : []),
  ];
  const html = [
    `<p>${escapeHtml(greeting)}</p>`,
    `<p>${escapeHtml(opening(facts))}</p>`,
    `<p><a href="${escapeHtml(url)}">${escapeHtml(link)}</a></p>`,
    `<p>${escapeHtml(next)}</p>`,
    `<h1 style="font-size:1.3em">${escapeHtml(facts.title)}</h1>`,
    `<p>${details.map(escapeHtml).join('<br>')}</p>`,
  ];
  const text = [greeting, opening(facts), `${link}: ${url}`, next, facts.title, details.join('\n')];
  const subject = subjectFor(facts);
  return {
    subject,
    text: `${text.join('\n\n')}\n`,
    html: htmlPage({ locale, title: subject, body: html.join('\n') }),
  };
}

/** What the texts of a job say. */
export function newsFacts({ event, at, locale, minutesLeft = 0, amount }: NewsMailJob) {
  return {
    title: oneLine(event.title),
    at: at === undefined ? '' : eventTime(at, event.timeZone, locale),
    minutes: minutesLeft,
    amount: amount ? `${decimal(amount)} ${amount.currency}` : '',
  };
}

/** Titles from before the contract refused line breaks may have some. */
const oneLine = (text: string) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

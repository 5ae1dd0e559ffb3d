import { escapeHtml } from '../../shared/http/escape-html.ts';
import type { AccountMailJob } from './account-mail-job.ts';
import { accountWords } from './account-words.ts';
import { htmlPage, type Mail } from './mail.ts';

/** The mail of a job as text and as HTML. */
export function composeAccountMail({ about, locale, url, reason }: AccountMailJob): Mail {
  const { greeting, mails, reasonGiven } = accountWords[locale];
  const { subject, text, link, after } = mails[about];
  const html = [
    `<p>${escapeHtml(greeting)}</p>`,
    `<p>${escapeHtml(text)}</p>`,
    ...(reason === undefined
      ? []
      : [
          `<p>${escapeHtml(reasonGiven)}</p>`,
          `<blockquote>${escapeHtml(reason).replaceAll('\n', '<br>')}</blockquote>`,
        ]),
    `<p><a href="${escapeHtml(url)}">${escapeHtml(link)}</a></p>`,
    `<p>${escapeHtml(after)}</p>`,
  ];
  const quoted = reason === undefined ? [] : [reasonGiven, reason.replaceAll(/^/gm, '> ')];
  return {
    subject,
    text: `${[greeting, text, ...quoted, `${link}: ${url}`, after].join('\n\n')}\n`,
    html: htmlPage({ locale, title: subject, body: html.join('\n') }),
  };
}

import { escapeHtml } from '../../shared/http/escape-html.ts';

export type Mail = { subject: string; text: string; html: string };

/** `body` is HTML, `title` is text. */
export function htmlPage({ locale, title, body }: { locale: string; title: string; body: string }): string {
  return `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>
<body style="font-family:sans-serif;max-width:36em;margin:1em auto;line-height:1.5">
${body}
</body>
</html>
`;
}

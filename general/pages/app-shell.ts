import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the web app leaves room: a mark, or all from it to its end. */
const places = {
  head: /<!--meta-->(?:[^]*?<!--\/meta-->)?/,
  said: /<!--said-->(?:[^]*?<!--\/said-->)?/,
};

/** `said`: what is read before the scripts are there, and by whoever runs none. */
export type PageParts = { head: string; said: string };

const bare = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <!--meta-->
  </head>
  <body><!--said--></body>
</html>
`;

/** The web app's page with these parts in it. Read again when a new version was built. */
export function createAppShell(webRoot: string | undefined): (parts: PageParts) => Promise<string> {
  const file = webRoot === undefined ? undefined : join(webRoot, 'index.html');
  let known: { version: number; html: string } | undefined;

  const read = async (): Promise<string> => {
    if (file === undefined) return bare;
    const { mtimeMs } = await stat(file);
    if (known?.version !== mtimeMs) known = { version: mtimeMs, html: await readFile(file, 'utf8') };
    return known.html;
  };

  return async ({ head, said }) => {
    // While a new version is being put in place there may be none for a moment.
    const html = await read().catch(() => known?.html ?? bare);
    // As a function: in a text `$&` and the like would mean something.
    return html.replace(places.head, () => head).replace(places.said, () => said);
  };
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Placeholders in the web app's page: a single mark, or everything from a mark to its end mark. */
const places = {
  head: /<!--meta-->(?:[^]*?<!--\/meta-->)?/,
  content: /<!--said-->(?:[^]*?<!--\/said-->)?/,
};

/** `content`: shown until the scripts have loaded, and to clients that run none. */
export type PageParts = { head: string; content: string };

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

/**
 * Returns a function that fills parts into the web app's page, or gives it as it was built. The file is read again after
 * a new build.
 */
export function createAppShell(webRoot: string | undefined): (parts?: PageParts) => Promise<string> {
  const file = webRoot === undefined ? undefined : join(webRoot, 'index.html');
  let known: { version: number; html: string } | undefined;

  const read = async (): Promise<string> => {
    if (file === undefined) return bare;
    const { mtimeMs } = await stat(file);
    if (known?.version !== mtimeMs) known = { version: mtimeMs, html: await readFile(file, 'utf8') };
    return known.html;
  };

  return async (parts) => {
    // While a new version is being installed the file may be missing for a moment.
    const html = await read().catch(() => known?.html ?? bare);
    if (!parts) return html;
    const { head, content } = parts;
    // Functions, since `replace` would interpret `$&` and the like in a string.
    return html.replace(places.head, () => head).replace(places.content, () => content);
  };
}

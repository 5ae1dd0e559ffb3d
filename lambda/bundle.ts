/**
 * `npm run bundle:lambda [-- --to FOLDER]`: bundles each lambda into one zip that AWS accepts, in `lambda/dist` or
 * FOLDER. Runtime `nodejs24.x`, handler `index.handler`. The event source of send-email must have
 * `ReportBatchItemFailures`; what scale needs is in docs/operations.md. The same sources give the same bytes.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { installedFont } from '../shared/receipt/font-files.ts';
import { fontFiles } from '../shared/receipt/fonts.ts';

const { values } = parseArgs({ options: { to: { type: 'string' } } });
const root = import.meta.dirname;
const to = resolve(values.to ?? join(root, 'dist'));

mkdirSync(to, { recursive: true });
for (const name of readdirSync(root).filter((folder) => existsSync(join(root, folder, 'main.ts')))) {
  const fonts = name === 'send-email' ? fontsOfReceipts() : {};
  const zip = zipSync(
    { 'index.js': await bundle(join(root, name, 'main.ts')), ...fonts },
    { mtime: '1980-01-01', level: 9 },
  );
  writeFileSync(join(to, `${name}.zip`), zip);
  console.log(`${join(to, `${name}.zip`)} ${Math.ceil(zip.length / 1024)} KB`);
}

/** The files of the fonts, as send-email looks for them. */
function fontsOfReceipts(): Record<string, Uint8Array> {
  return Object.fromEntries(
    fontFiles.map(({ from, file }) => [`fonts/${file}`, readFileSync(installedFont(from, file))]),
  );
}

/** Everything the lambda needs in one file, not minified, so that it can be read when something fails. */
async function bundle(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    // CommonJS, since bundled packages call `require`.
    format: 'cjs',
    // Packages written as ES modules ask for their own URL, which CommonJS does not have.
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'warning',
  });
  return outputFiles[0]!.contents;
}

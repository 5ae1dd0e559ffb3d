/**
 * `npm run drill:report -- FILE [--write]`: what `npm run drill -- --report FILE` found, as Markdown. With --write it
 * takes the place of the last one in docs/reliability.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeReport } from './describe.ts';
import { readReport } from './save-report.ts';

const doc = resolve(import.meta.dirname, '../../docs/reliability.md');
const place = /(?<=<!-- drill report -->\n)[\s\S]*(?=<!-- end of drill report -->)/;

try {
  const { values, positionals } = parseArgs({
    options: { write: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new Error(
      'npm run drill:report -- FILE [--write]: FILE is what `npm run drill -- --report FILE` made',
    );
  const text = describeReport(readReport(file));
  if (values.write === true) {
    const old = readFileSync(doc, 'utf8');
    if (!place.test(old)) throw new Error(`${doc} has no place for the report`);
    writeFileSync(
      doc,
      old.replace(place, () => `\n${text}\n`),
    );
  } else process.stdout.write(text);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

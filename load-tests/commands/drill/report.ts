/** `npm run drill:report -- FILE [--write]`: what `npm run drill -- --report FILE` found, as Markdown. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../running-system.ts';
import { CannotRun, defineCommand, runCommand } from '../../cli.ts';
import { describeReport } from './describe.ts';
import { readReport, type DrillReport } from './save-report.ts';

const doc = join(root, 'docs/reliability.md');
const place = /(?<=<!-- drill report -->\n)[\s\S]*(?=<!-- end of drill report -->)/;

const command = defineCommand({
  name: 'drill:report',
  about:
    'What `npm run drill -- --report FILE` found, as Markdown. Exit code 2: an option is wrong; 1: any other fault.',
  argument: { name: 'FILE' },
  options: {
    write: { type: 'flag', help: 'replaces the last report in docs/reliability.md, instead of printing it' },
  },
  read: ({ values: { write }, argument }) => ({ write, file: argument }),
});

await runCommand(command, async ({ write, file }) => {
  const text = describeReport(read(file));
  if (!write) {
    process.stdout.write(text);
    return 0;
  }
  const old = readFileSync(doc, 'utf8');
  if (!place.test(old)) throw new CannotRun(`${doc} has no place for the report`);
  writeFileSync(
    doc,
    old.replace(place, () => `\n${text}\n`),
  );
  return 0;
});

function read(file: string): DrillReport {
  try {
    return readReport(file);
  } catch (error) {
    throw new CannotRun((error as Error).message, { cause: error });
  }
}

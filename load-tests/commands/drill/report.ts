/** `npm run drill:report -- FILE [--write]` turns the report of `npm run drill -- --report FILE` into Markdown. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../running-system.ts';
import { CannotRun, defineCommand, runCommand } from '../../cli.ts';
import { describeReport } from './describe.ts';
import { readReport, type DrillReport } from './save-report.ts';

const doc = join(root, 'docs/reliability.md');
const reportPattern = /(?<=<!-- drill report -->\n)[\s\S]*(?=<!-- end of drill report -->)/;

const command = defineCommand({
  name: 'drill:report',
  about:
    'Turns the report of `npm run drill -- --report FILE` into Markdown. Exit code 2: an option is wrong; 1: any other error.',
  argument: { name: 'FILE' },
  options: {
    write: { type: 'flag', help: 'replace the report in docs/reliability.md instead of printing it' },
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
  if (!reportPattern.test(old)) throw new CannotRun(`${doc} has no reportPattern for the report`);
  writeFileSync(
    doc,
    old.replace(reportPattern, () => `\n${text}\n`),
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

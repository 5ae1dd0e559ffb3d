import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MailCatcher } from '../local/mail-catcher/catcher.ts';
import { newMailJob } from './testing/new-mail-job.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
let dir: string;
beforeAll(async () => {
  // Outside the repository: nothing of its node_modules is found from there.
  dir = mkdtempSync(join(tmpdir(), 'seatdrop-lambda-'));
  await run(process.execPath, [join(root, 'lambda/bundle.ts'), '--to', dir], { cwd: root });
  await run('python3', ['-m', 'zipfile', '-e', join(dir, 'send-email.zip'), join(dir, 'send-email')]);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Calls the handler as AWS would, in a process of its own with this environment alone. */
async function invoke(event: unknown, env: Record<string, string>): Promise<unknown> {
  writeFileSync(join(dir, 'event.json'), JSON.stringify(event));
  const call = `
    const { handler } = require('./send-email/index.js');
    handler(JSON.parse(require('node:fs').readFileSync('event.json', 'utf8'))).then((answer) => {
      process.stdout.write(JSON.stringify(answer));
      process.exit(0);
    });`;
  const { stdout } = await run(process.execPath, ['-e', call], {
    cwd: dir,
    env: { LOG_LEVEL: 'silent', ...env },
  });
  return JSON.parse(stdout);
}

test('the unzipped handler sends mails and says which failed', async () => {
  const catcher = new MailCatcher();
  const port = await catcher.listen(0);
  const Records = [
    { messageId: 'good', body: JSON.stringify(newMailJob()) },
    { messageId: 'bad', body: '{}' },
  ];
  const env = { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: 'Seatdrop <tickets@seatdrop.test>' };
  expect(await invoke({ Records }, env)).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
  expect(catcher.mails).toMatchObject([
    { to: ['sam@seatdrop.test'], subject: 'Your seats for A Night of Strings' },
  ]);
  await catcher.close();
});

test('without its settings it does not start, and says which are missing', async () => {
  await expect(invoke({ Records: [] }, {})).rejects.toMatchObject({
    stderr: expect.stringMatching(/SMTP_URL[\s\S]*MAIL_FROM/) as string,
  });
});

test('the same sources make the same bytes, and nothing of this machine is in them', async () => {
  const before = readFileSync(join(dir, 'send-email.zip'));
  await run(process.execPath, [join(root, 'lambda/bundle.ts'), '--to', dir], { cwd: root });
  expect(readFileSync(join(dir, 'send-email.zip')).equals(before)).toBe(true);
  expect(readdirSync(join(dir, 'send-email'))).toEqual(['index.js']);
  expect(readFileSync(join(dir, 'send-email/index.js'), 'utf8')).not.toContain(root);
});

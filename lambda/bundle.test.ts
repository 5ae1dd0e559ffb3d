import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MailCatcher } from '../local/mail-catcher/catcher.ts';
import { newMailJob } from '../testing/lambda/new-mail-job.ts';
import { newReceipt } from '../testing/receipt/new-receipt.ts';
import { readPdf } from '../testing/receipt/read-pdf.ts';
import { atRest, duringDrop, region, scaleEnv, startCloud } from '../testing/lambda/start-cloud.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
let dir: string;
beforeAll(async () => {
  // Outside the repository, where its node_modules are not found.
  dir = mkdtempSync(join(tmpdir(), 'seatdrop-lambda-'));
  await run(process.execPath, [join(root, 'lambda/bundle.ts'), '--to', dir], { cwd: root });
  for (const lambda of ['send-email', 'scale'])
    await run('python3', ['-m', 'zipfile', '-e', join(dir, `${lambda}.zip`), join(dir, lambda)]);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Calls the handler as AWS does, in a process of its own with only this environment. */
async function invoke(
  event: unknown,
  env: Record<string, string>,
  lambda: 'send-email' | 'scale' = 'send-email',
): Promise<unknown> {
  writeFileSync(join(dir, 'event.json'), JSON.stringify(event));
  const call = `
    const { handler } = require('./${lambda}/index.js');
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
    { messageId: 'good', body: JSON.stringify(newMailJob({ receipt: newReceipt({ buyer: '王小明' }) })) },
    { messageId: 'bad', body: '{}' },
  ];
  const env = {
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    MAIL_FROM: 'Seatdrop <tickets@seatdrop.test>',
    LAMBDA_TASK_ROOT: join(dir, 'send-email'),
  };
  expect(await invoke({ Records }, env)).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] });
  expect(catcher.mails).toMatchObject([
    { to: ['sam@seatdrop.test'], subject: 'Your seats for A Night of Strings' },
  ]);
  const [receipt] = catcher.mails[0]!.attachments;
  const { pages } = await readPdf(receipt!.content);
  expect(pages[0]).toContain('王小明');
  await catcher.close();
});

test('so does the one that scales, with what AWS puts into its environment', async () => {
  const cloud = await startCloud();
  const env = {
    ...scaleEnv,
    AWS_REGION: region,
    AWS_ENDPOINT_URL: cloud.aws.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const event = { direction: 'up', dropId: 7 };
  expect(await invoke(event, { ...env, DRY_RUN: 'true' }, 'scale')).toMatchObject({ dryRun: true });
  expect(await cloud.standing()).toEqual(atRest);
  await invoke(event, env, 'scale');
  expect(await cloud.standing()).toEqual(duringDrop);
  await cloud.stop();
  await expect(invoke(event, {}, 'scale')).rejects.toMatchObject({
    stderr: expect.stringContaining('SCHEDULE_GROUP') as string,
  });
}, 120_000);

test('without its settings it does not start, and says which are missing', async () => {
  await expect(invoke({ Records: [] }, {})).rejects.toMatchObject({
    stderr: expect.stringMatching(/SMTP_URL[\s\S]*MAIL_FROM/) as string,
  });
});

test('the same sources make the same bytes, and nothing of this machine is in them', async () => {
  const lambdas = ['send-email', 'scale'];
  const before = lambdas.map((lambda) => readFileSync(join(dir, `${lambda}.zip`)));
  await run(process.execPath, [join(root, 'lambda/bundle.ts'), '--to', dir], { cwd: root });
  for (const [index, lambda] of lambdas.entries()) {
    expect(readFileSync(join(dir, `${lambda}.zip`)).equals(before[index]!)).toBe(true);
    const fonts = lambda === 'send-email' ? ['fonts'] : [];
    expect(readdirSync(join(dir, lambda))).toEqual([...fonts, 'index.js']);
    // What AWS takes without a detour over S3.
    expect(before[index]!.length).toBeLessThan(50 * 2 ** 20);
    expect(readFileSync(join(dir, lambda, 'index.js'), 'utf8')).not.toContain(root);
  }
});

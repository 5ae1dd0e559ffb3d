import { createHash } from 'node:crypto';
import { startSandbox } from './start-sandbox.ts';
import { TOKENS } from './provider.ts';

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.stop());

const challenged = async (key: string): Promise<string> => {
  const { body } = await sandbox.charge(key, 'tok_challenge');
  expect(body['status']).toBe('challenged');
  return String(body['secret']);
};
const statusOf = async (key: string) => (await sandbox.byKey(key)).body;

test('the buyer approves the challenge of their charge, once', async () => {
  const secret = await challenged('hold-1');
  expect(await sandbox.answerChallenge(secret, true)).toEqual({ status: 200, body: { status: 'approved' } });
  expect(await sandbox.answerChallenge(secret, false)).toEqual({ status: 200, body: { status: 'approved' } });
  expect(await statusOf('hold-1')).toMatchObject({ status: 'approved', amount: 4500 });
  expect((await sandbox.eventsReceived(1)).map(({ type }) => type)).toEqual(['charge.approved']);
});

test('a refused challenge leaves the charge open for another card', async () => {
  const secret = await challenged('hold-1');
  await sandbox.answerChallenge(secret, false);
  expect(await statusOf('hold-1')).toMatchObject({ status: 'open', reason: 'challenge_refused' });
  // An answer that comes late does not approve it.
  await sandbox.answerChallenge(secret, true);
  expect((await statusOf('hold-1'))['status']).toBe('open');
  expect((await sandbox.charge('hold-1', 'tok_approved')).body['status']).toBe('approved');
});

test('another card takes the place of a challenge', async () => {
  const secret = await challenged('hold-1');
  expect((await sandbox.charge('hold-1')).body['status']).toBe('challenged');
  expect((await sandbox.charge('hold-1', 'tok_declined')).body['status']).toBe('open');
  await sandbox.answerChallenge(secret, true);
  expect((await statusOf('hold-1'))['status']).toBe('open');
});

test('only the secret of a charge answers its challenge, and nothing else of it is told', async () => {
  await challenged('hold-1');
  for (const secret of ['', 'cs_wrong', 'hold-1', String((await statusOf('hold-1'))['id'])])
    expect(await sandbox.answerChallenge(secret, true)).toMatchObject({ status: 404 });
  for (const [secret, approve] of [
    [undefined, true],
    [{}, true],
    ['cs_wrong', 'yes'],
  ])
    expect((await sandbox.answerChallenge(secret, approve)).status).toBe(422);
  expect((await statusOf('hold-1'))['status']).toBe('challenged');
  expect((await sandbox.call('GET', '/charges', undefined, undefined, '')).status).toBe(401);
  expect((await sandbox.call('GET', '/frame/charges', undefined, undefined, '')).status).toBe(404);
});

test('frames run their own script only, inside our own pages only, in both languages', async () => {
  for (const [query, lang, words] of [
    ['', 'en', 'Choose a card'],
    ['?lang=zh-Hant&theme=dark', 'zh-Hant', '選擇卡片'],
    ['?lang=__proto__', 'en', 'Choose a card'],
  ] as const) {
    const response = await fetch(`${sandbox.url}/frame/cards${query}`);
    const html = await response.text();
    expect(html).toContain(`<html lang="${lang}"`);
    expect(html).toContain(words);
    for (const token of TOKENS) expect(html).toContain(`value="${token}"`);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'self'");
    const [, script = ''] = /<script>([^]*)<\/script>/.exec(html) ?? [];
    expect(policy).toContain(createHash('sha256').update(script).digest('base64'));
  }
  const challenge = await (await fetch(`${sandbox.url}/frame/challenge?lang=zh-Hant`)).text();
  expect(challenge).toContain('測試銀行');
});

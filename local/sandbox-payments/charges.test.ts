import { startSandbox } from './start-sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.stop());

test('one key makes one charge, however often it is sent', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => sandbox.charge('hold-1', 'tok_approved')),
  );
  expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
  expect(answers[0]).toMatchObject({
    status: 200,
    body: { key: 'hold-1', status: 'approved', amount: 4500 },
  });
  expect((await sandbox.list('hold-')).body['charges']).toHaveLength(1);
});

test('the first token decides: a declined key stays declined', async () => {
  expect((await sandbox.charge('hold-1', 'tok_declined')).body).toMatchObject({
    status: 'declined',
    reason: 'card_declined',
  });
  expect((await sandbox.charge('hold-1', 'tok_approved')).body['status']).toBe('declined');
});

test('another amount under a used key is refused and changes nothing', async () => {
  await sandbox.charge('hold-1', 'tok_approved');
  expect(await sandbox.charge('hold-1', 'tok_approved', 1)).toMatchObject({
    status: 409,
    body: { code: 'key_in_use' },
  });
  expect((await sandbox.byKey('hold-1')).body['amount']).toBe(4500);
});

test('a slow charge answers when it is decided', async () => {
  expect((await sandbox.charge('hold-1', 'tok_slow')).body['status']).toBe('approved');
});

test('what is no charge is refused', async () => {
  const body = { amount: 1, currency: 'EUR', token: 'tok_approved' };
  expect(await sandbox.charge('k', 'tok_other')).toMatchObject({
    status: 422,
    body: { code: 'unknown_token' },
  });
  for (const amount of [0, -1, 1.5, '1', null, 1e300]) {
    expect((await sandbox.call('POST', '/charges', { ...body, amount }, 'k')).status).toBe(422);
  }
  expect((await sandbox.call('POST', '/charges', { ...body, currency: 'euro' }, 'k')).status).toBe(422);
  expect((await sandbox.call('POST', '/charges', body)).status).toBe(400);
  expect((await sandbox.call('POST', '/charges', 'no json', 'k')).status).toBe(400);
  expect((await sandbox.call('POST', '/charges', 'x'.repeat(100_000), 'k')).status).toBe(400);
  expect((await sandbox.call('POST', '/charges', body, 'k', 'wrong key')).status).toBe(401);
  expect((await sandbox.call('GET', '/charges/by-key/%ff')).status).toBe(404);
  expect((await sandbox.byKey('k')).status).toBe(404);
});

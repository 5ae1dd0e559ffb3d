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

test('without a card a charge is open, and the first card that is approved is the only one', async () => {
  const begun = await sandbox.charge('hold-1');
  expect(begun).toMatchObject({
    status: 200,
    body: { status: 'open', secret: expect.stringMatching(/^cs_/) },
  });
  expect(await sandbox.charge('hold-1')).toEqual(begun);
  const paid = await sandbox.charge('hold-1', 'tok_approved');
  expect(paid.body).toEqual({ ...begun.body, status: 'approved' });
  for (const token of [undefined, 'tok_approved', 'tok_declined', 'tok_late', 'tok_challenge'])
    expect(await sandbox.charge('hold-1', token)).toEqual(paid);
  expect((await sandbox.eventsReceived(1)).map(({ type }) => type)).toEqual(['charge.approved']);
});

test('a declined card leaves the charge open for another one', async () => {
  for (const _ of [1, 2]) {
    expect((await sandbox.charge('hold-1', 'tok_declined')).body).toMatchObject({
      status: 'open',
      reason: 'card_declined',
    });
  }
  const { body } = await sandbox.charge('hold-1', 'tok_slow');
  expect(body).toMatchObject({ status: 'approved' });
  expect(body).not.toHaveProperty('reason');
  const types = (await sandbox.eventsReceived(3)).map(({ type }) => type);
  expect(types.toSorted()).toEqual(['charge.approved', 'charge.declined', 'charge.declined']);
});

test('while the bank decides, another card waits for that decision', async () => {
  const undecided = await startSandbox({ lateMs: 3_600_000 });
  const waits = undecided.charge('hold-1', 'tok_late').catch(() => 'cut');
  while ((await undecided.byKey('hold-1')).status === 404);
  expect((await undecided.charge('hold-1')).body['status']).toBe('pending');
  await undecided.stop();
  expect(await waits).toBe('cut');

  const first = sandbox.charge('hold-1', 'tok_slow');
  while ((await sandbox.byKey('hold-1')).status === 404);
  expect(await sandbox.charge('hold-1', 'tok_declined')).toEqual(await first);
  expect((await first).body['status']).toBe('approved');
});

test('a canceled charge takes no card any more', async () => {
  await sandbox.charge('hold-1', 'tok_declined');
  expect(await sandbox.cancel('hold-1')).toMatchObject({ status: 200, body: { status: 'canceled' } });
  for (const token of [undefined, 'tok_approved', 'tok_challenge'])
    expect((await sandbox.charge('hold-1', token)).body['status']).toBe('canceled');
  const types = (await sandbox.eventsReceived(2)).map(({ type }) => type);
  expect(types.toSorted()).toEqual(['charge.canceled', 'charge.declined']);
});

test('another amount under a used key is refused and changes nothing', async () => {
  await sandbox.charge('hold-1', 'tok_approved');
  expect(await sandbox.charge('hold-1', 'tok_approved', 1)).toMatchObject({
    status: 409,
    body: { code: 'key_in_use' },
  });
  expect((await sandbox.byKey('hold-1')).body['amount']).toBe(4500);
  await sandbox.charge('hold-2');
  expect((await sandbox.charge('hold-2', 'tok_approved', 1)).status).toBe(409);
  expect((await sandbox.byKey('hold-2')).body['status']).toBe('open');
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
  expect((await sandbox.call('POST', '/charges', { ...body, token: null }, 'k')).status).toBe(422);
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

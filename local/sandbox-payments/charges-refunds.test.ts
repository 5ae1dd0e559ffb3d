import { startSandbox } from './start-sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.stop());

test('a charge is refunded once, and the same refund is told each time', async () => {
  await sandbox.charge('hold-1', 'tok_approved');
  const first = await sandbox.refund('hold-1');
  expect(first).toMatchObject({ status: 200, body: { status: 'refunded' } });
  expect(await sandbox.refund('hold-1')).toEqual(first);
  expect((await sandbox.byKey('hold-1')).body['refunded']).toBe(true);
  const types = (await sandbox.webhookCalls(2)).map(({ type }) => type);
  expect(types.toSorted()).toEqual(['charge.approved', 'charge.refunded']);
});

test('only an approved charge can be refunded', async () => {
  await sandbox.charge('hold-1', 'tok_declined');
  await sandbox.cancel('hold-2');
  for (const key of ['hold-1', 'hold-2', 'unknown']) {
    expect(await sandbox.refund(key)).toMatchObject({ status: 409, body: { code: 'not_approved' } });
  }
});

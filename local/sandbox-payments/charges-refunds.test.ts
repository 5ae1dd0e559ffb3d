import { startSandbox } from './start-sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.stop());

test('a charge is refunded once for each key, and the same refund is told each time', async () => {
  await sandbox.charge('hold-1', 'tok_approved');
  const first = await sandbox.refund('hold-1');
  expect(first).toMatchObject({ status: 200, body: { status: 'refunded', amount: 4500 } });
  expect(await sandbox.refund('hold-1')).toEqual(first);
  expect((await sandbox.byKey('hold-1')).body).toMatchObject({ refunds: 1, refundedAmount: 4500 });
  const types = (await sandbox.eventsReceived(2)).map(({ type }) => type);
  expect(types.toSorted()).toEqual(['charge.approved', 'charge.refunded']);
});

test('parts of a charge are refunded one by one, and never more than was charged', async () => {
  await sandbox.charge('hold-1', 'tok_approved');
  const part = (refundKey: string, amount: number) => sandbox.refund('hold-1', { refundKey, amount });
  expect((await part('r1', 1500)).status).toBe(200);
  expect(await part('r2', 3001)).toMatchObject({ status: 409, body: { code: 'more_than_charged' } });
  expect((await part('r3', 3000)).status).toBe(200);
  expect(await part('r4', 1)).toMatchObject({ status: 409, body: { code: 'all_refunded' } });
  expect((await part('r1', 1500)).status).toBe(200);
  expect(await part('r1', 1400)).toMatchObject({ status: 409, body: { code: 'key_in_use' } });
  expect((await sandbox.byKey('hold-1')).body).toMatchObject({ refunds: 2, refundedAmount: 4500 });
});

test('only an approved charge can be refunded', async () => {
  await sandbox.charge('hold-1', 'tok_declined');
  await sandbox.cancel('hold-2');
  for (const key of ['hold-1', 'hold-2', 'unknown']) {
    expect(await sandbox.refund(key)).toMatchObject({ status: 409, body: { code: 'not_approved' } });
  }
});

test.each([{ amount: 0 }, { amount: 1.5 }, { amount: '1' }, { refundKey: '' }, { refundKey: 7 }])(
  'a refund of %j is none',
  async (of) => {
    await sandbox.charge('hold-1', 'tok_approved');
    expect((await sandbox.refund('hold-1', of)).status).toBe(422);
    expect((await sandbox.byKey('hold-1')).body).toMatchObject({ refunds: 0, refundedAmount: 0 });
  },
);

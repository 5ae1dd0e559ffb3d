import { startSandbox, WEBHOOK_SECRET } from './start-sandbox.ts';
import { signature } from './webhooks.ts';

test('a webhook is signed over its time and body', async () => {
  const sandbox = await startSandbox();
  try {
    await sandbox.charge('hold-1', 'tok_declined');
    const [webhook] = await sandbox.webhookCalls(1);
    const seconds = Number(/^t=(\d+),/.exec(webhook!.signature)?.[1]);
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60);
    expect(webhook!.signature).toBe(signature(WEBHOOK_SECRET, seconds, webhook!.body));
    expect(JSON.parse(webhook!.body)).toEqual({
      id: expect.stringMatching(/^evt_/),
      type: 'charge.declined',
      key: 'hold-1',
      chargeId: (await sandbox.byKey('hold-1')).body['id'],
    });
  } finally {
    await sandbox.stop();
  }
});

test('a refused webhook is sent again with the same id, five times at most', async () => {
  const sandbox = await startSandbox({ failWebhooks: 100 });
  try {
    await sandbox.charge('hold-1', 'tok_approved');
    const calls = await sandbox.webhookCalls(5);
    expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
    await sandbox.charge('hold-2', 'tok_approved');
    const all = await sandbox.webhookCalls(10);
    expect(all.filter(({ key }) => key === 'hold-1')).toHaveLength(5);
  } finally {
    await sandbox.stop();
  }
});

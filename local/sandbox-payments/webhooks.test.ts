import { startSandbox, WEBHOOK_SECRET } from './start-sandbox.ts';
import { signature } from './webhooks.ts';

test('a webhook is signed over its time and body', async () => {
  const sandbox = await startSandbox();
  try {
    await sandbox.charge('hold-1', 'tok_declined');
    const [webhook] = await sandbox.eventsReceived(1);
    const seconds = Number(/^t=(\d+),/.exec(webhook!.signature)?.[1]);
    expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60);
    expect(webhook!.signature).toBe(signature(WEBHOOK_SECRET, seconds, webhook!.body));
    expect(JSON.parse(webhook!.body)).toEqual({
      id: expect.stringMatching(/^evt_/),
      events: [
        { type: 'charge.declined', key: 'hold-1', chargeId: (await sandbox.byKey('hold-1')).body['id'] },
      ],
    });
  } finally {
    await sandbox.stop();
  }
});

test('a refused webhook is sent again with the same id, five times at most', async () => {
  const sandbox = await startSandbox({ failWebhooks: 100 });
  try {
    await sandbox.charge('hold-1', 'tok_approved');
    const calls = await sandbox.eventsReceived(5);
    expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
    await sandbox.charge('hold-2', 'tok_approved');
    const all = await sandbox.eventsReceived(10);
    expect(all.filter(({ key }) => key === 'hold-1')).toHaveLength(5);
  } finally {
    await sandbox.stop();
  }
});

test('charges of the same moment are told by few webhooks, each charge once', async () => {
  const sandbox = await startSandbox();
  try {
    const keys = Array.from({ length: 120 }, (_, index) => `hold-${index}`);
    await Promise.all(keys.map((key) => sandbox.charge(key, 'tok_approved')));
    const events = await sandbox.eventsReceived(keys.length);
    expect(events.map(({ key }) => key).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      keys.toSorted((a, b) => (a < b ? -1 : 1)),
    );
    const webhooks = [...new Set(events.map(({ body }) => body))];
    expect(webhooks.length).toBeLessThan(keys.length / 2);
    for (const body of webhooks) expect(JSON.parse(body).events.length).toBeLessThanOrEqual(50);
  } finally {
    await sandbox.stop();
  }
});

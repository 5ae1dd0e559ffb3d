import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestBroker, type TestBroker } from '../testing/broker.ts';
import { eventually } from '../testing/eventually.ts';
import { testServers } from '../testing/servers.ts';
import { startLedgerSystem, type LedgerSystem } from '../testing/ledger/ledger-system.ts';

let system: LedgerSystem;
let broker: TestBroker;
beforeAll(async () => {
  system = await startLedgerSystem();
  broker = await createTestBroker(system.namespace);
});
afterAll(async () => {
  await broker.stop();
  await system.close();
});

async function rebuild(dropId: number, changes: Record<string, string> = {}): Promise<string> {
  const { amqpUrl, redisNodes } = testServers();
  const env = {
    PATH: process.env['PATH'] ?? '',
    MYSQL_URL: system.url,
    REDIS_NODES: redisNodes.join(),
    NAMESPACE: system.namespace,
    AMQP_URL: amqpUrl,
    ENTRY_QUEUES: '1',
    ...changes,
  };
  const args = [join(import.meta.dirname, 'rebuild.ts'), String(dropId)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout;
}

/** A drop that Redis has lost, and a batch of entries that was parked for it. */
async function lostDrop() {
  const { drop, place } = await system.open();
  await system.holds(place, '1:1');
  await system.archive(drop);
  await system.redis.unlink(...system.inventory.keys.all(place));
  const { topology, channel } = broker;
  const batch = await broker.enter(place, '2:1');
  const taken = await new Promise<{ consumerTag: string }>((resolve, reject) => {
    const park = (message: Parameters<Parameters<typeof channel.consume>[1]>[0]) => {
      if (!message) return;
      channel.reject(message, false);
      resolve({ consumerTag: message.fields.consumerTag ?? '' });
    };
    channel.consume(topology.entryQueue(0), park).catch(reject);
  });
  await channel.cancel(taken.consumerTag);
  await eventually(async () => (await broker.depth(topology.parked)) === 1);
  return { drop, batch };
}

test('entries that were parked while the drop was lost are queued again, as they were', async () => {
  const { drop, batch } = await lostDrop();
  expect(await rebuild(drop.id)).toContain('Sent again: 1 parked messages\n');
  const { topology } = broker;
  await eventually(async () => (await broker.depth(topology.entryQueue(0))) === 1);
  const [again] = await broker.drain(topology.entryQueue(0));
  expect(again?.properties.messageId).toBe(batch.id);
  expect(await broker.depth(topology.parked)).toBe(0);
});

test('without a broker the drop is rebuilt all the same, and what is left to do is said', async () => {
  const { drop } = await lostDrop();
  expect(await rebuild(drop.id, { AMQP_URL: 'amqp://nobody@127.0.0.1:1' })).toMatch(/NOT sent again.*resend/);
  expect(await system.inventory.counts(drop)).toMatchObject({ held: 1 });
  expect(await broker.depth(broker.topology.parked)).toBe(1);
  await broker.drain(broker.topology.parked);
});

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decodeTimer } from '../../shared/messages/hold-timer.ts';
import { eventually } from '../../testing/eventually.ts';
import { toSetting } from '../../testing/keys.ts';
import { testServers } from '../../testing/servers.ts';
import { startTcpProxy, viaProxy, type TcpProxy } from '../../testing/tcp-proxy.ts';
import { createConsumerSystem, type ConsumerSystem } from '../../testing/consumer/consumer-system.ts';
import type { ApartPlan } from '../../testing/consumer/consumer-apart.ts';

let system: ConsumerSystem;
let proxy: TcpProxy;
let child: ChildProcess | undefined;
beforeEach(async () => {
  system = await createConsumerSystem();
  const { hostname, port } = new URL(testServers().amqpUrl);
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
});
afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await proxy.stop();
  await system.close();
});

/** A consumer in a process of its own, and the replies that it got for its batches. */
async function startApart(): Promise<{ process: ChildProcess; answers: string[] }> {
  const plan: ApartPlan = {
    redisNodes: testServers().redisNodes,
    amqpUrl: viaProxy(testServers().amqpUrl, proxy),
    namespace: system.namespace,
    checkoutKeys: toSetting(system.checkoutKeys),
  };
  const script = join(import.meta.dirname, '../../testing/consumer/consumer-apart.ts');
  child = spawn(process.execPath, [script, JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const answers: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => answers.push(line));
  await eventually(() => answers.includes('ready'));
  return { process: child, answers };
}

test('what it has in hand was decided by another one, however much that decided since: nobody gets a second outcome', async () => {
  const { drop, place } = await system.openDrop({
    sections: [{ name: 'Box', rows: 1, seatsPerRow: 3 }],
    standbyLimit: 1,
  });
  const first = await startApart();
  first.process.kill('SIGSTOP');
  // Three get seats, the fourth is in standby, the others get nothing.
  const batches = [await system.broker.enter(place, '1:1,2:1,3:1,4:1,5:1,6:1')];
  for (let buyer = 100; buyer < 140; buyer += 1) batches.push(await system.broker.enter(place, `${buyer}:1`));
  const { topology, depth } = system.broker;
  // All batches are delivered to the suspended consumer.
  await eventually(async () => (await depth(topology.entryQueue(0))) === 0);
  const second = await system.start();
  // The broker closes its connection, as it does after missed heartbeats.
  proxy.leaveClients();
  await eventually(async () => (await system.inventory.counts(drop))?.decided === 46);
  for (let buyer = 1_000; buyer < 1_520; buyer += 1) await system.broker.enter(place, `${buyer}:1`);
  await eventually(async () => (await system.inventory.counts(drop))?.decided === 566);
  // Free two seats and a place in standby: deciding the batches again would give other outcomes.
  for (const buyer of [4, 1, 2]) await system.inventory.leave(place, buyer);
  await eventually(async () => (await depth(topology.entryQueue(0))) === 0);
  const look = async () => ({
    counts: await system.inventory.counts(drop),
    claims: (await system.ledger(place)).length,
    views: await Promise.all(
      [1, 2, 3, 4, 5, 6, 100, 139].map((buyer) => system.inventory.view(place, buyer)),
    ),
  });
  const before = await look();
  expect(before.counts).toMatchObject({ free: 2, standby: 0, held: 1 });

  first.process.kill('SIGCONT');
  await eventually(() => batches.every(({ id }) => first.answers.some((line) => line.startsWith(id))));
  expect(new Set(first.answers.filter((line) => line !== 'ready').map((line) => line.split(' ')[1]))).toEqual(
    new Set(['decided_before']),
  );
  expect(await look()).toEqual(before);
  await second.end();
});

test('a batch that comes again after its reply is forgotten: its buyers are told how they stand, its holds are timed', async () => {
  const { drop, place } = await system.openDrop({
    sections: [{ name: 'Box', rows: 1, seatsPerRow: 2 }],
    standbyLimit: 2,
  });
  const news = await system.news(drop.id);
  const { topology, drain, queue } = system.broker;
  const batch = { id: '0123456789abcd', packed: '1:1,2:1,3:1,4:1,5:1,5:1', sent: 'channel0.1' };
  await system.inventory.claim(place, batch, { mayBorrow: false });
  await system.inventory.leave(place, 1); // the seat goes to buyer 3
  await system.inventory.leave(place, 4);
  await system.forgetReplies(place);
  const before = await system.ledger(place);

  const consumer = await system.start({ sweeps: false });
  await queue(place, batch);
  await eventually(() => news.told.length === 5);
  const told = (buyer: number) => news.forBuyer(buyer).map(({ entry }) => entry.status);
  expect([1, 2, 3, 4, 5].map(told)).toEqual([['released'], ['held'], ['held'], ['none'], ['sold_out']]);
  expect(await consumer.metrics()).toMatch(/seatdrop_batches_decided_before_total\{.*\} 1$/m);
  await consumer.end();
  expect(await system.ledger(place)).toEqual(before);
  const timers = (await drain(topology.waitingQueue(600))).map((message) => decodeTimer(message));
  expect(timers).toEqual([{ place, holdIds: [`${batch.id}-1`, `${batch.id}-2`] }]);
  expect(await system.broker.depth(topology.parked)).toBe(0);
});

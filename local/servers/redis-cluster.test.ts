import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from 'ioredis';
import { placeAt } from '../process/place.ts';
import { freePorts } from '../process/ports.ts';
import { exchange, waitUntil } from '../process/wait.ts';
import { redisPorts, startRedisCluster } from './redis-cluster.ts';

jest.setTimeout(120_000);

test('a killed Redis master is replaced by its replica, and comes back as a replica with the data', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'seatdrop-redis-'));
  const place = placeAt(dir);
  const cluster = await startRedisCluster({ place, ports: await freePorts(redisPorts) });
  const client = new Cluster(
    cluster.nodes.map((node) => ({ host: '127.0.0.1', port: Number(node.split(':')[1]) })),
    { clusterRetryStrategy: () => 100 },
  );
  try {
    await client.set('{a}seat', 'held'); // slot 15495, of the third master
    const master = cluster.processes[2]!;
    const port = Number(cluster.nodes[2]!.split(':')[1]);
    const role = (): Promise<string> =>
      exchange(port, 'INFO replication\r\n', (reply) => reply.includes('master_repl_offset'));
    expect(await role()).toContain('role:master');

    master.kill('SIGKILL');
    await waitUntil('the replica to take over', 60_000, async () => {
      return (await client.set('{a}seat', 'sold')) === 'OK';
    });
    await master.restart();
    await waitUntil('the old master to follow', 60_000, async () => {
      const reply = await role();
      return reply.includes('role:slave') && reply.includes('master_link_status:up');
    });
    expect(await client.get('{a}seat')).toBe('sold');
  } finally {
    client.disconnect();
    await cluster.stop();
    rmSync(dir, { recursive: true });
  }
});

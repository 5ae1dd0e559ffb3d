import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireBinary } from '../process/binaries.ts';
import { type Child, startChild } from '../process/child.ts';
import { placeAt } from '../process/place.ts';
import { freePorts } from '../process/ports.ts';
import { scriptEnv } from '../process/binaries.ts';
import { exchange, waitUntil } from '../process/wait.ts';
import { readCompose, root, type Services } from './compose.ts';
import { madeEnv } from './made-env.ts';

const names = [1, 2, 3, 4, 5, 6].map((n) => `redis-${n}`);
let dir: string;
let services: Services;
let ports: Record<string, number>;
const nodes: Child[] = [];

/** Starts six nodes as compose does, except for their addresses. */
beforeAll(async () => {
  services = await readCompose(await madeEnv());
  dir = mkdtempSync(join(tmpdir(), 'redis-containers-'));
  ports = await freePorts(names.flatMap((name) => [name, `${name}-bus`]));
  for (const name of names) {
    const [command = '', ...args] = services[name]?.command ?? [];
    const port = ports[name]!;
    const cwd = join(dir, name);
    mkdirSync(cwd);
    const addresses = [
      '--port',
      port,
      '--cluster-port',
      ports[`${name}-bus`]!,
      '--bind',
      '127.0.0.1',
      '--dir',
      cwd,
    ];
    const node = await startChild({
      name,
      place: placeAt(dir),
      command: requireBinary(command),
      args: [...args, ...addresses.map(String)],
      env: { LANG: 'C.UTF-8', TZ: 'UTC' },
      cwd,
      crashSafe: true,
      ready: () =>
        waitUntil(
          name,
          30_000,
          async () => (await exchange(port, 'PING\r\n', (reply) => reply !== '')) === '+PONG\r\n',
        ),
    });
    nodes.push(node);
  }
}, 120_000);
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  rmSync(dir, { recursive: true });
});

/** Runs the command of the service `redis-cluster`, on the given nodes or on all six. */
async function makeCluster(given = names) {
  const { entrypoint, volumes, command } = services['redis-cluster']!;
  const [shell = '', script] = entrypoint ?? [];
  const source = volumes.find(({ target }) => target === script)?.source ?? '';
  expect(source.startsWith(root)).toBe(true);
  expect(command).toHaveLength(names.length);
  const args = [source, ...given.map((name) => `127.0.0.1:${ports[name]}`)];
  const env = { ...scriptEnv(), PATIENCE: '8' };
  return promisify(execFile)(requireBinary(shell), args, { env }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      output: error.stdout + error.stderr,
    }),
  );
}

const command = (name: string, text: string) =>
  exchange(ports[name]!, `${text}\r\n`, (reply) => reply.endsWith('\r\n'));
/** Writes a key; resolves to the node that serves it, found by the redirection of the first node. */
async function write(key: string): Promise<string> {
  const reply = await command('redis-1', `SET ${key} kept`);
  const port = Number(/MOVED \d+ [\d.]+:(\d+)/.exec(reply)?.[1] ?? ports['redis-1']);
  const owner = names.find((name) => ports[name] === port)!;
  expect(await command(owner, `SET ${key} kept`)).toBe('+OK\r\n');
  return owner;
}

test('six nodes become a cluster, whatever was done before, and one with data is left as it is', async () => {
  // As after an interrupted start: two nodes know each other and serve no slots.
  await command('redis-1', `CLUSTER MEET 127.0.0.1 ${ports['redis-2']} ${ports['redis-2-bus']}`);
  await command('redis-1', 'CLUSTER ADDSLOTS 1 2 3');
  const made = await makeCluster();
  expect(made).toEqual({ code: 0, output: expect.stringContaining('The cluster is made') });
  const owner = await write('before');
  for (const name of names) {
    const info = await command(name, 'CLUSTER INFO');
    expect(info).toContain('cluster_slots_ok:16384');
    expect(info).toContain('cluster_size:3');
  }

  expect(await makeCluster()).toEqual({ code: 0, output: 'The cluster is there\n' });
  expect(await command(owner, 'GET before')).toContain('kept');

  // With a node outside the cluster: since there is data, no new cluster is created.
  const replica = await aReplica();
  await command(replica, 'CLUSTER RESET HARD');
  const refused = await makeCluster();
  expect(refused).toEqual({ code: 1, output: expect.stringContaining('Nothing was done') });
  expect(await command(owner, 'GET before')).toContain('kept');
}, 240_000);

async function aReplica(): Promise<string> {
  for (const name of names) if ((await command(name, 'ROLE')).includes('slave')) return name;
  throw new Error('no replica');
}

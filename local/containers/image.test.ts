import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireBinary } from '../process/binaries.ts';
import { type Child, startChild } from '../process/child.ts';
import { placeAt } from '../process/place.ts';
import { freePorts } from '../process/ports.ts';
import { scriptEnv } from '../process/binaries.ts';
import { waitUntil } from '../process/wait.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { eventually } from '../../testing/eventually.ts';
import { testServers } from '../../testing/servers.ts';
import { dockerfileStages, readCompose, type Services } from './compose.ts';
import { makeImage, type Image } from './image.ts';
import { madeEnv } from './made-env.ts';

const run = promisify(execFile);
const listening = [
  ...(['publisher', 'consumer', 'realtime', 'general'] as const),
  ...(['sandbox-payments', 'mail-catcher', 'front-door'] as const),
] as const;
/** A process started with these options cannot write files, as on a read-only file system. */
const readOnly = ['--permission', '--allow-fs-read=*'];

let image: Image;
let database: TestDatabase;
let services: Services;
let ports: Record<(typeof listening)[number] | 'smtp', number>;
let data: string;
const running: Child[] = [];

beforeAll(async () => {
  [services, ports] = await Promise.all([madeEnv().then(readCompose), freePorts([...listening, 'smtp'])]);
  image = makeImage();
  data = join(image.app, '../data');
  mkdirSync(join(data, 'run'), { recursive: true });
  database = await createTestDatabase();
}, 120_000);
afterAll(async () => {
  for (const child of running.toReversed()) await child.stop();
  await database.drop();
  image.remove();
}, 60_000);

/** The value of a container's setting, with addresses of containers replaced by those of this machine. */
function here(name: string, value: string): string {
  if (name === 'HOST') return '127.0.0.1';
  if (name === 'MYSQL_URL' || name === 'MYSQL_REPLICA_URL') return database.url;
  if (name === 'AMQP_URL') return testServers().amqpUrl;
  if (name === 'REDIS_NODES') return testServers().redisNodes.join(',');
  if (name === 'SMTP_PORT') return String(ports.smtp);
  if (name === 'SMTP_URL') return value.replace('mail-catcher:1025', `127.0.0.1:${ports.smtp}`);
  if (name === 'WEB_ROOT' || name === 'FRONT_DOOR_PAGES') return join(image.app, 'web/dist');
  if (name === 'FRONT_DOOR_DIR') return join(data, 'run');
  if (name === 'FRONT_DOOR_PORT') return String(ports['front-door']);
  if (name === 'PORT')
    return String(ports[listening.find((tier) => services[tier]?.environment['PORT'] === value)!]);
  if (value.startsWith('/data/')) return join(data, value.slice('/data/'.length));
  return value.replace(/\b([a-z-]+):(\d+)/g, (text, host: string) =>
    host in ports ? `127.0.0.1:${ports[host as keyof typeof ports]}` : text,
  );
}

/** The command of a service's container, in the image's folder. */
function inContainer(name: string, words = services[name]?.command ?? []) {
  const { environment } = services[name]!;
  const [, ...args] = words;
  const env = {
    ...scriptEnv(),
    NAMESPACE: `containers-${process.pid}`, // all tests share the servers
    ...Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, here(key, value)])),
  };
  expect(words[0]).toBe('node');
  return { command: process.execPath, args, env, cwd: image.app };
}

async function task(name: string, words?: string[]) {
  const { command, args, env, cwd } = inContainer(name, words);
  return run(command, args, { env, cwd });
}

/** Starts a service and waits until its health check succeeds. */
async function start(name: (typeof listening)[number]): Promise<void> {
  const { command, args, env, cwd } = inContainer(name);
  const inImage = dockerfileStages()
    .get('tier')
    ?.instructions.find((each) => each.name === 'HEALTHCHECK');
  const standard = JSON.parse(/CMD (.*)$/.exec(inImage?.args ?? '')?.[1] ?? '') as string[];
  const health = services[name]?.healthcheck?.test?.slice(1) ?? standard;
  // The sandbox has a volume to write to.
  const restricted = name === 'sandbox-payments' ? [] : readOnly;
  const child = await startChild({
    name,
    place: placeAt(data),
    command,
    args: [...restricted, ...args],
    env,
    cwd,
    ready: () => waitUntil(name, 60_000, async () => (await task(name, health)).stdout.startsWith('200 ')),
  });
  running.push(child);
}

test('the schema is made, the tiers get ready on a file system they cannot write to, and a buyer is let in', async () => {
  expect((await task('migrate')).stdout).toContain('up to date');
  await Promise.all((['sandbox-payments', 'mail-catcher'] as const).map(start));
  await Promise.all((['publisher', 'consumer', 'realtime', 'general'] as const).map(start));
  // General is ready even without a replica, and finds it; here the primary plays the replica.
  const general = `http://127.0.0.1:${ports.general}/readyz`;
  await eventually(async () => (await (await fetch(general)).text()).includes('"mysql replica":"ok"'));
  await task('demo-data');

  const config = join(data, 'nginx.conf');
  await task('front-door-config', ['node', 'nginx/write-config.ts', config]);
  expect(services['front-door-config']?.command).toEqual([
    'node',
    'nginx/write-config.ts',
    '/front-door/nginx.conf',
  ]);
  await startFrontDoor(config);

  const site = `http://127.0.0.1:${ports['front-door']}`;
  const events = (await (await fetch(`${site}/api/events`)).json()) as { items: unknown[] };
  expect(events.items.length).toBeGreaterThan(3);
  const credentials = { email: 'admin@seatdrop.test', password: 'seatdrop-demo' };
  const signIn = await fetch(`${site}/api/auth/signin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  });
  expect(signIn.status).toBe(200);
  const answer = await fetch(`${site}/api/drops/1/entries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(answer.status).toBe(401); // the publisher's own
  expect(await (await fetch(site)).text()).toContain('<div id="app">'); // the built pages
  const socket = await (await fetch(`${site}/socket.io/?EIO=4&transport=none`)).json();
  expect(socket).toEqual({ code: 3, message: 'Bad request' }); // realtime's own, by Engine.IO
}, 180_000);

test('a check of health fails where nobody answers', async () => {
  const outcome = run(process.execPath, ['ops/containers/check-health.ts'], {
    cwd: image.app,
    env: { ...scriptEnv(), PORT: '1' },
  });
  await expect(outcome).rejects.toMatchObject({ code: 1 });
});

async function startFrontDoor(config: string): Promise<void> {
  const words =
    dockerfileStages()
      .get('front-door')
      ?.instructions.find(({ name }) => name === 'CMD')?.args ?? '[]';
  const [program = '', ...args] = JSON.parse(words) as string[];
  // As root, nginx would run its workers as a user that may be missing on this machine.
  const text = readFileSync(config, 'utf8');
  expect(text).toContain('server 127.0.0.1:');
  const own = process.getuid?.() === 0 ? ['-g', 'user root;'] : [];
  const child = await startChild({
    name: 'front-door',
    place: placeAt(data),
    command: requireBinary(program),
    args: [...args.map((arg) => arg.replace('/front-door/nginx.conf', config)), ...own],
    env: scriptEnv(),
    cwd: data,
    ready: () =>
      eventually(
        async () => (await fetch(`http://127.0.0.1:${ports['front-door']}/healthz`)).status === 200,
      ).then(() => undefined),
  });
  running.push(child);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import amqp from 'amqplib';
import { Cluster } from 'ioredis';
import { freePorts } from './process/ports.ts';
import { allProcs, workingFolder } from './process/proc.ts';
import { insertOrder } from '../testing/general/insert-order.ts';
import { connectMysql } from '../shared/mysql/connect.ts';
import { eventually } from '../testing/eventually.ts';

// The whole system is started several times, while the machine runs other tests.
jest.setTimeout(300_000);

const root = resolve(import.meta.dirname, '..');

type Run = { url: string; pid: number; env: Record<string, string>; ports: Record<string, number> };

let dir: string;
let started: ChildProcess[] = [];

beforeEach(() => {
  // With a space, since the path of a clone may have one.
  dir = mkdtempSync(join(tmpdir(), 'seatdrop start-'));
  started = [];
});

afterEach(async () => {
  for (const process of started.filter(isAlive)) {
    process.kill('SIGTERM');
    await once(process, 'exit');
  }
  rmSync(dir, { recursive: true, force: true });
});

test('start, use, stop, start again: everything is kept, and nothing is left running', async () => {
  const first = start();
  await first.ready;
  const run = readRun();
  expect(first.output().trimEnd().split('\n').at(-1)).toBe(`ready ${run.url}`);
  expect((await fetch(`${run.url}/healthz`)).status).toBe(200);
  for (const tier of ['publisher', 'consumer', 'realtime', 'general']) {
    expect((await fetch(`http://127.0.0.1:${run.ports[tier]}/readyz`)).status).toBe(200);
  }
  for (const name of ['run.json', 'secrets.json']) expect(statSync(join(dir, name)).mode & 0o077).toBe(0);
  await writeEverywhere(run.env);
  expect(first.output()).toContain(`mails to buyers: http://127.0.0.1:${run.ports['mail-catcher']}`);
  await orderSomething(run.env);
  await eventually(async () =>
    (await mailsCaught(run)).some((subject) => subject.startsWith('Your seats for')),
  );

  const other = start();
  expect(await other.exitCode).toBe(1);
  expect(other.output()).toContain(`already runs from this folder, as process ${run.pid}`);

  await stopAndExpectNothingLeft(first);
  expect(readdirSync(dir)).not.toContain('run.json');

  // A port of the previous start is in use now: another one is chosen.
  const squatter = createServer().listen(run.ports['redis-1'], '127.0.0.1');
  await once(squatter, 'listening');
  const second = start();
  await second.ready;
  squatter.close();
  expect(readRun().ports['redis-1']).not.toBe(run.ports['redis-1']);
  expect(readRun().ports['mariadb']).toBe(run.ports['mariadb']);
  expect(await readEverywhere(readRun().env)).toEqual({ mysql: 'kept', redis: 'kept', amqp: 'kept' });
  await stopAndExpectNothingLeft(second);
});

test('what a killed start left is stopped by the next one; a tier that dies comes back', async () => {
  const first = start();
  await first.ready;
  process.kill(readRun().pid, 'SIGKILL');
  expect(await first.exitCode).toBe(1);
  const left = recordedPids();
  expect(left.size).toBeGreaterThan(10);

  const second = start('--fresh');
  await second.ready;
  expect(second.output()).toContain('stopped what a killed run had left');
  for (const [name, pid] of recordedPids()) expect({ name, pid }).not.toEqual({ name, pid: left.get(name) });

  const died = recordedPids().get('publisher')!;
  process.kill(died, 'SIGKILL');
  await second.says('publisher is back');
  expect(recordedPids().get('publisher')).not.toBe(died);
  await stopAndExpectNothingLeft(second);
});

test('a front door port in use is an error if asked for', async () => {
  const { port } = await freePorts(['port']);
  const squatter = createServer().listen(port, '127.0.0.1');
  await once(squatter, 'listening');
  const asked = start('--port', String(port));
  expect(await asked.exitCode).toBe(1);
  expect(asked.output()).toContain(`Port ${port} is in use`);
  squatter.close();
});

test.each(['--bogus', '--port', '--port x', '--port=70000', '--fresh=1', 'extra'])(
  'the arguments "%s" are refused with the help text',
  async (line) => {
    const refused = start(...line.split(' '));
    expect(await refused.exitCode).toBe(2);
    expect(refused.output()).toContain('npm start -- --port N');
  },
);

function start(...args: string[]) {
  const child = spawn('node', ['local/start.mjs', ...args], {
    cwd: root,
    env: { ...process.env, SEATDROP_LOCAL_DIR: dir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString();
      for (const look of waiting) look();
    });
  }
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  const says = async (text: string): Promise<void> => {
    const ready = new Promise<void>((resolveReady) => {
      const look = (): void => {
        if (output.includes(text)) resolveReady();
      };
      waiting.add(look);
      look();
    });
    const ended = exitCode.then((code) => {
      if (!output.includes(text)) throw new Error(`ended with ${code} and never said "${text}":\n${output}`);
    });
    await Promise.race([ready, ended]);
  };
  return {
    child,
    exitCode,
    says,
    output: () => output,
    get ready() {
      return says('\nready http://127.0.0.1:');
    },
  };
}

async function stopAndExpectNothingLeft(run: ReturnType<typeof start>): Promise<void> {
  const pids = recordedPids();
  expect(pids.size).toBeGreaterThan(10);
  run.child.kill('SIGINT');
  expect(await run.exitCode).toBe(0);
  const running = new Set(allProcs().map(({ pid }) => pid));
  expect([...pids].filter(([, pid]) => running.has(pid))).toEqual([]);
  expect([...running].filter((pid) => workingFolder(pid)?.startsWith(dir))).toEqual([]);
}

/** Name and pid of every process that the running start has recorded. */
function recordedPids(): Map<string, number> {
  const notes = readdirSync(join(dir, 'pids')).map((name) => {
    return JSON.parse(readFileSync(join(dir, 'pids', name), 'utf8')) as { name: string; pid: number };
  });
  return new Map(notes.map(({ name, pid }) => [name, pid]));
}

function readRun(): Run {
  return JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as Run;
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function cluster(env: Record<string, string>): Cluster {
  return new Cluster(
    env['REDIS_NODES']!.split(',').map((node) => ({ host: '127.0.0.1', port: Number(node.split(':')[1]) })),
  );
}

const quorum = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

async function writeEverywhere(env: Record<string, string>): Promise<void> {
  const db = connectMysql(env['MYSQL_URL']!);
  await db.raw('create table start_test (word varchar(20))');
  await db.raw(`insert into start_test values ('kept')`);
  await db.destroy();

  const redis = cluster(env);
  for (let i = 0; i < 20; i += 1) await redis.set(`start-test-${i}`, 'kept'); // on every master
  await redis.quit();

  const broker = await amqp.connect(env['AMQP_URL']!);
  const channel = await broker.createConfirmChannel();
  await channel.assertQueue('start-test', quorum);
  channel.sendToQueue('start-test', Buffer.from('kept'), { persistent: true });
  await channel.waitForConfirms();
  await broker.close();
}

/** Writes an order of the demo data as checkout does. */
async function orderSomething(env: Record<string, string>): Promise<void> {
  const db = connectMysql(env['MYSQL_URL']!);
  const [drop, user] = await Promise.all([
    db('drops').first('id') as Promise<{ id: number }>,
    db('users').where({ role: 'shopper' }).first('id') as Promise<{ id: number }>,
  ]);
  await insertOrder(db, { dropId: drop.id, userId: user.id, seats: ['0.1'] });
  await db.destroy();
}

async function mailsCaught({ ports }: Run): Promise<string[]> {
  const response = await fetch(`http://127.0.0.1:${ports['mail-catcher']}/mails.json`);
  return ((await response.json()) as { subject: string }[]).map(({ subject }) => subject);
}

async function readEverywhere(env: Record<string, string>) {
  const db = connectMysql(env['MYSQL_URL']!);
  const [rows] = (await db.raw('select word from start_test')) as [{ word: string }[]];
  await db.destroy();

  const redis = cluster(env);
  const values = await Promise.all(Array.from({ length: 20 }, (_, i) => redis.get(`start-test-${i}`)));
  await redis.quit();

  const broker = await amqp.connect(env['AMQP_URL']!);
  const channel = await broker.createChannel();
  const message = await channel.get('start-test', { noAck: true });
  await broker.close();
  return {
    mysql: rows[0]?.word,
    redis: values.every((value) => value === 'kept') ? 'kept' : values,
    amqp: message === false ? undefined : message.content.toString(),
  };
}

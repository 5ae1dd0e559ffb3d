import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { requireBinary, searchPath } from '../process/binaries.ts';
import { type Child, startChild } from '../process/child.ts';
import type { Place } from '../process/place.ts';
import { signal } from '../process/proc.ts';
import { exchange, waitUntil } from '../process/wait.ts';

export type RabbitPort = 'rabbitmq' | 'rabbitmq-dist' | 'rabbitmq-epmd';
export const rabbitPorts: readonly RabbitPort[] = ['rabbitmq', 'rabbitmq-dist', 'rabbitmq-epmd'];

const USER = 'seatdrop';
const VHOST = 'seatdrop';
const NODE = 'seatdrop@localhost';

export type RabbitMq = {
  /** amqp://user:password@127.0.0.1:port/vhost; the user may configure everything in this vhost. */
  readonly url: string;
  readonly processes: readonly Child[];
  readonly broker: Child;
  /** Runs the broker's command line tool, `rabbitmqctl`. Takes seconds, since it starts an Erlang machine. */
  control(...args: string[]): Promise<string>;
  stop(): Promise<void>;
};

/**
 * Starts a broker of one node. Erlang finds nodes through a helper, epmd, that any Erlang program starts if it finds none,
 * and leaves running. This broker has an epmd of its own, which ends with it, and its programs start none: not even one
 * that finds epmd gone because both are being stopped.
 */
export async function startRabbitMq(options: {
  place: Place;
  ports: Readonly<Record<RabbitPort, number>>;
  password: string;
  cookie: string;
}): Promise<RabbitMq> {
  const { place, ports, password } = options;
  const dir = join(place.dir, 'rabbitmq');
  mkdirSync(dir, { recursive: true });
  const path = (name: string): string => join(dir, name);
  // A broker that was killed during its first start may be unable to read what it had written by then.
  if (!existsSync(path('started-once'))) rmSync(path('data'), { recursive: true, force: true });

  const cookieFile = path('.erlang.cookie');
  rmSync(cookieFile, { force: true });
  writeFileSync(cookieFile, options.cookie, { mode: 0o400 }); // Erlang refuses a cookie that others may read
  writeFileSync(path('enabled_plugins'), '[].\n');
  writeFileSync(path('rabbitmq.conf'), brokerConfig(ports.rabbitmq, password), { mode: 0o600 });
  chmodSync(path('rabbitmq.conf'), 0o600);

  const env = {
    PATH: searchPath,
    HOME: dir,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ERL_EPMD_PORT: String(ports['rabbitmq-epmd']),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_AFLAGS: '-start_epmd false',
  };
  const epmd = await startChild({
    name: 'rabbitmq-epmd',
    place,
    command: requireBinary('epmd'),
    args: ['-port', env.ERL_EPMD_PORT, '-address', '127.0.0.1'],
    env,
    cwd: dir,
    ready: () =>
      // The request "names" of epmd's protocol: a length of 1, then 'n'.
      waitUntil('epmd', 20_000, async () => {
        return (await exchange(ports['rabbitmq-epmd'], '\0\x01n', (reply) => reply.length >= 4)) !== '';
      }),
    graceMs: 2_000,
  });
  try {
    const broker = await startChild({
      name: 'rabbitmq',
      place,
      // Debian's wrapper in sbin requires the system's rabbitmq user and folders; the script that it calls does not.
      command: requireBinary('/usr/lib/rabbitmq/bin/rabbitmq-server', 'rabbitmq-server'),
      args: ['-noinput'],
      env: {
        ...env,
        // Makes the script replace itself with the broker (exec), so that our signals reach it.
        RABBITMQ_ALLOW_INPUT: '1',
        RABBITMQ_CONF_ENV_FILE: path('no-such-file'), // not the machine's /etc/rabbitmq
        RABBITMQ_NODENAME: NODE,
        RABBITMQ_DIST_PORT: String(ports['rabbitmq-dist']),
        RABBITMQ_CONFIG_FILE: path('rabbitmq.conf'),
        RABBITMQ_ADVANCED_CONFIG_FILE: path('no-such-file'),
        RABBITMQ_ENABLED_PLUGINS_FILE: path('enabled_plugins'),
        RABBITMQ_MNESIA_BASE: path('data'),
        RABBITMQ_LOG_BASE: place.logDir,
        RABBITMQ_LOGS: '-', // stdout, which goes to our log file
        RABBITMQ_GENERATED_CONFIG_DIR: path('config'),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      },
      cwd: dir,
      ready: () =>
        waitUntil('RabbitMQ', 120_000, async () => {
          const greeting = await exchange(ports.rabbitmq, 'AMQP\0\0\x09\x01', (reply) => reply.length >= 7);
          return greeting.charCodeAt(0) === 1; // a method frame: connection.start
        }),
      graceMs: 20_000,
      crashSafe: true,
    });
    writeFileSync(path('started-once'), '');
    const calling = new AbortController();
    const calls = new Set<Promise<unknown>>();
    return {
      url: `amqp://${USER}:${password}@127.0.0.1:${ports.rabbitmq}/${VHOST}`,
      broker,
      processes: [broker, epmd],
      control(...args) {
        const command = requireBinary('/usr/lib/rabbitmq/bin/rabbitmqctl', 'rabbitmqctl');
        const own = { RABBITMQ_CONF_ENV_FILE: path('no-such-file'), RABBITMQ_NODENAME: NODE };
        const call = runTool({ command, args, env: { ...env, ...own }, cwd: dir, cancel: calling.signal });
        const ended = call.catch(() => undefined).then(() => void calls.delete(ended));
        calls.add(ended);
        return call;
      },
      async stop() {
        calling.abort(new Error('the broker is being stopped'));
        await Promise.all(calls);
        await broker.stop();
        await epmd.stop();
      },
    };
  } catch (error) {
    await epmd.stop();
    throw error;
  }
}

/**
 * Runs a command and resolves to its standard output.
 * @throws Error with its output if it fails or is cancelled; none of its processes runs any more then.
 */
async function runTool(options: {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  cancel: AbortSignal;
}): Promise<string> {
  const { command, args, env, cwd, cancel } = options;
  cancel.throwIfAborted();
  // A group of its own: the tool is a script that starts others.
  const child = spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): void => {
    if (child.pid !== undefined) signal(-child.pid, 'SIGKILL');
  };
  cancel.addEventListener('abort', kill);
  try {
    const outcome = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, by) => resolve(by ?? `exit code ${code}`));
    });
    const [out, err, how] = await Promise.all([text(child.stdout), text(child.stderr), outcome]);
    if (how !== 'exit code 0') throw new Error(`${command} ${args[0]} failed (${how})\n${out}${err}`);
    return out;
  } finally {
    cancel.removeEventListener('abort', kill);
  }
}

function brokerConfig(port: number, password: string): string {
  return `listeners.tcp.1 = 127.0.0.1:${port}
# Made at the first start, when there is no data yet.
default_vhost = ${VHOST}
default_user = ${USER}
default_pass = ${password}
default_permissions.configure = .*
default_permissions.read = .*
default_permissions.write = .*
# Milliseconds. Somebody who is up to the ears in requests takes seconds for each step of it, and would never get in.
handshake_timeout = 30000
log.console = true
log.console.level = info
log.file = false
`;
}

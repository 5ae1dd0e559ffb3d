/** A system of its own for the drills, made of the same parts as `npm start`: own folder, own ports, own data. */
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Child } from '../../local/process/child.ts';
import { placeAt } from '../../local/process/place.ts';
import { freePorts } from '../../local/process/ports.ts';
import { generateSecrets, type Secrets } from '../../local/secrets.ts';
import { startNginx } from '../../local/servers/nginx.ts';
import { hasJoined } from '../../local/servers/redis-cluster.ts';
import { serverPorts, startServers, type Servers } from '../../local/start-servers.ts';
import { supervise } from '../../local/process/supervise.ts';
import { runTask } from '../../local/process/task.ts';
import {
  generalEnv,
  localUpstreams,
  startSandboxPayments,
  startScript,
  tierEnv,
  tierNames,
  type TierName,
} from '../../local/tiers.ts';
import { waitUntil } from '../../local/process/wait.ts';
import { Random } from '../rush/random.ts';
import type { StackPlace } from './keep-stack.ts';
import { openPaymentLine, type PaymentLine } from './payment-line.ts';

export type Stack = {
  url: string;
  /** What general gets, which is what every tier gets and more. */
  env: Record<string, string>;
  /** Of the provider itself, past the line that drills make bad. */
  paymentsUrl: string;
  logDir: string;
  servers: Servers;
  tiers: Record<TierName, Child>;
  /** The second process of each tier, where there are two. */
  seconds: Child[];
  payments: Child;
  line: PaymentLine;
  /** A process that ends is started again after half a second, or after so many milliseconds from now. */
  keepDown: (child: Child, ms: number) => void;
  /** Milliseconds by which a tier's clock is wrong; 0 sets it right. */
  setClock: (tier: TierName, offsetMs: number) => void;
  /** Starts one more process of a tier that the front door does not know; it is ready then, and for the caller to stop. */
  another: (tier: 'consumer') => Promise<Child>;
  /** Resolves when a tier is ready. */
  ready: (tier: TierName) => Promise<void>;
  /** Resolves when everything runs, is ready, and every replica has its master's data. */
  whole: () => Promise<void>;
  /** Resolves when nothing of it is left; the same for whoever asks again. */
  stop: () => Promise<void>;
};

/** Among the settings of the tiers: how many processes there are of each, 1 or 2. */
export const processesSetting = 'DRILL_PROCESSES';

const usualPauseMs = 500;
const wholeWithinMs = 120_000;
const root = resolve(import.meta.dirname, '../..');
/** Nobody looks at pages here, so they need not have been built. */
const pages = join(root, 'web', 'dist');

/**
 * Resolves when everything is ready.
 * @throws Error when something does not start, or a stop was wished meanwhile; nothing is left running then.
 */
export async function startStack(
  options: StackPlace & {
    /** Settings for all tiers over the usual ones. */
    tierSettings?: Record<string, string>;
    seed: number;
  },
): Promise<Stack> {
  const { dir, tierSettings = {}, seed } = options;
  const stopping = new AbortController();
  const releases: (() => unknown)[] = [];
  const place = placeAt(dir, AbortSignal.any([options.cancel, stopping.signal]), options.hurry);
  let released: Promise<void> | undefined;
  const release = (): Promise<void> => {
    stopping.abort(new Error('stopping'));
    return (released ??= releaseAll(releases).finally(() =>
      rmSync(place.dir, { recursive: true, force: true }),
    ));
  };
  try {
    rmSync(dir, { recursive: true, force: true });
    const others = ['payments', 'calls', 'webhooks', 'front-door'] as const;
    const names = [...serverPorts, ...tierNames, ...tierNames.map(second), ...others] as const;
    const ports = await freePorts(names);
    const hasSeconds = tierSettings[processesSetting] === '2';
    const secrets: Secrets = generateSecrets();
    const servers = await startServers({
      place,
      ports,
      secrets,
      durable: true,
      step: (_name, work) => work(),
      whenDatabaseIsUp: (MYSQL_URL) =>
        runTask({
          name: 'migrations',
          place,
          root,
          script: 'shared/migrations/migrate.ts',
          env: { MYSQL_URL },
        }),
    });
    releases.push(() => servers.stop());

    const url = `http://127.0.0.1:${ports['front-door']}`;
    const paymentsUrl = `http://127.0.0.1:${ports.payments}`;
    const line = await openPaymentLine({
      ports,
      providerUrl: paymentsUrl,
      generalUrl: `http://127.0.0.1:${ports.general}`,
      random: new Random(seed),
    });
    releases.push(() => line.close());
    const payments = await startSandboxPayments({
      place,
      root,
      port: ports.payments,
      secrets,
      generalUrl: `http://127.0.0.1:${ports.webhooks}`,
      data: join(place.dir, 'sandbox-payments.sqlite'),
    });
    releases.push(() => payments.stop());

    const common = { ...tierEnv(servers, secrets), ...tierSettings };
    const sandboxPaymentsUrl = `http://127.0.0.1:${ports.calls}`;
    const env = { ...common, ...generalEnv({ publicUrl: url, sandboxPaymentsUrl, secrets, ports, pages }) };
    const clockOf = (tier: TierName) => join(place.dir, `clock-${tier}`);
    const clock = `--import=${pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href}`;
    const start = (tier: TierName, name: string = tier, port = ports[tier]): Promise<Child> =>
      startScript({
        name,
        place,
        root,
        folder: tier,
        path: '/readyz',
        port,
        env: {
          ...(tier === 'general' ? env : common),
          NODE_OPTIONS: clock,
          DRILL_CLOCK: clockOf(tier),
        },
      });
    await runTask({ name: 'demo-data', place, root, script: 'local/demo/demo-data.ts', env });
    const firsts = tierNames.map((name) => start(name));
    const startSecond = (name: TierName) => start(name, second(name), ports[second(name)]);
    const starts = [...firsts, ...(hasSeconds ? tierNames.map(startSecond) : [])];
    // Also when one of them does not start: those that do are not left running.
    releases.push(async () => {
      const settled = await Promise.allSettled(starts);
      const running = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      await Promise.all(running.map((tier) => tier.stop()));
    });
    const started = await Promise.all(starts);
    const tiers = Object.fromEntries(tierNames.map((name, at) => [name, started[at]])) as Stack['tiers'];
    const nginx = await startNginx({
      place,
      port: ports['front-door'],
      upstreams: hasSeconds ? bothOf(ports) : localUpstreams(ports),
      workers: 1,
    });
    releases.push(() => nginx.stop());

    const more: Child[] = [];
    releases.push(async () => void (await Promise.all(more.map((child) => child.stop()))));
    const downUntil = new Map<Child, number>();
    for (const child of [...servers.processes, payments, ...started]) {
      const pause = () => Math.max(usualPauseMs, (downUntil.get(child) ?? 0) - Date.now());
      // Comings and goings are in the logs; what was broken is said by the drill.
      supervise(child, place.cancel, () => {}, pause);
    }
    const ready = (name: TierName | SecondName): Promise<void> =>
      waitUntil(`${name} to be ready`, wholeWithinMs, () => isReady(ports[name]));
    const redisPorts = servers.redis.nodes.map((node) => Number(node.split(':')[1]));

    return {
      url,
      env,
      paymentsUrl,
      logDir: place.logDir,
      servers,
      tiers,
      seconds: started.slice(tierNames.length),
      payments,
      line,
      keepDown: (child, ms) => downUntil.set(child, Date.now() + ms),
      async another(tier) {
        const name = `${tier}-${more.length + 2}`;
        const { [name]: port } = await freePorts([name]);
        const child = await start(tier, name, port);
        more.push(child);
        return child;
      },
      ready,
      setClock: (tier, offsetMs) => writeFileSync(clockOf(tier), String(offsetMs)),
      async whole() {
        await waitUntil('the broker', wholeWithinMs, () =>
          Promise.resolve(servers.rabbitMq.broker.pid !== undefined),
        );
        for (const [at, port] of redisPorts.entries()) {
          await waitUntil(`redis-${at + 1} to join`, wholeWithinMs, () => hasJoined(port));
        }
        for (const name of tierNames) await ready(name);
        if (hasSeconds) for (const name of tierNames) await ready(second(name));
      },
      stop: release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

type SecondName = `${TierName}-2`;
const second = (name: TierName): SecondName => `${name}-2`;

/** As localUpstreams, with two processes of each. */
function bothOf(ports: Readonly<Record<TierName | SecondName, number>>): ReturnType<typeof localUpstreams> {
  const both = (name: TierName) => [ports[name], ports[second(name)]].map((port) => `127.0.0.1:${port}`);
  return { publisher: both('publisher'), realtime: both('realtime'), general: both('general') };
}

/** Last first, and the rest also when one of them fails. */
export async function releaseAll(releases: readonly (() => unknown)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const release of releases.toReversed()) {
    try {
      await release();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}

/** @throws what the tier says is missing */
export async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(text.slice(0, 300));
  return true;
}

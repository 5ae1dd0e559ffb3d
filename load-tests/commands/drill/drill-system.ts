/** A separate system for drills, made of the same parts as `npm start`, with its own folder, ports and data. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Child } from '../../../local/process/child.ts';
import { placeAt } from '../../../local/process/place.ts';
import { freePorts } from '../../../local/process/ports.ts';
import { Releases } from '../../../local/process/releases.ts';
import { supervise } from '../../../local/process/supervise.ts';
import { hasJoined } from '../../../local/servers/redis-cluster.ts';
import type { Servers } from '../../../local/start-servers.ts';
import { startSystem } from '../../../local/system.ts';
import { localUpstreams, tierNames, type TierName } from '../../../local/tiers.ts';
import { waitUntil } from '../../../local/process/wait.ts';
import { Random } from '../../buyer/random.ts';
import type { SystemPlace } from './keep-system.ts';
import { openPaymentLine, type PaymentLine } from './payment-line.ts';

export type DrillSystem = {
  url: string;
  /** The environment of general, which includes that of every tier. */
  env: Readonly<Record<string, string>>;
  /** Address of the provider itself, bypassing the line that drills disturb. */
  paymentsUrl: string;
  logDir: string;
  servers: Servers;
  tiers: Record<TierName, Child>;
  /** The second process of each tier, if there are two. */
  seconds: Child[];
  payments: Child;
  line: PaymentLine;
  /** Processes restart half a second after they end; this one stays down for at least `ms` from now. */
  keepDown: (child: Child, ms: number) => void;
  /** Shifts a tier's clock by `offsetMs`; 0 corrects it. */
  setClock: (tier: TierName, offsetMs: number) => void;
  /** Starts one more process, unknown to the front door. Resolves when it is ready; the caller stops it. */
  startAnother: (tier: 'consumer') => Promise<Child>;
  /** Resolves when a tier is ready. */
  ready: (tier: TierName) => Promise<void>;
  /** Resolves when every process is running and ready, and every replica has its master's data. */
  untilWhole: () => Promise<void>;
  /** Resolves when nothing of the system is left; further calls return the same promise. */
  stop: () => Promise<void>;
};

/** Name of the tier setting for the number of processes per tier, '1' or '2'. */
export const processesSetting = 'DRILL_PROCESSES';

const restartDelayMs = 500;
const readyWithinMs = 120_000;

/**
 * Resolves when everything is ready.
 * @throws Error if something does not start or `cancel` is aborted; nothing is left running then
 */
export async function startDrillSystem(
  options: SystemPlace & {
    /** Settings for all tiers that override the defaults. */
    tierSettings?: Record<string, string>;
    seed: number;
  },
): Promise<DrillSystem> {
  const { dir, tierSettings = {}, seed } = options;
  const place = placeAt(dir, options.cancel, options.hurry);
  const releases = new Releases();
  releases.add(() => rmSync(place.dir, { recursive: true, force: true }));
  let line: PaymentLine | undefined;
  // Closed after the tiers have stopped, which use it until then.
  releases.add(() => line?.close());
  return releases.guard(async () => {
    rmSync(dir, { recursive: true, force: true });
    const { calls, webhooks, ...seconds } = await freePorts([
      'calls',
      'webhooks',
      ...tierNames.map(second),
    ] as const);
    const hasSeconds = tierSettings[processesSetting] === '2';
    const system = await startSystem({
      place,
      durable: true,
      settings: tierSettings,
      paymentsUrl: `http://127.0.0.1:${calls}`,
    });
    releases.add(() => system.stop());
    const { servers, url } = system;
    const ports = { ...system.ports, ...seconds };

    const paymentsUrl = `http://127.0.0.1:${ports['sandbox-payments']}`;
    line = await openPaymentLine({
      ports: { calls, webhooks },
      providerUrl: paymentsUrl,
      generalUrl: `http://127.0.0.1:${ports.general}`,
      random: new Random(seed),
    });
    const payments = await system.startPayments({
      generalUrl: `http://127.0.0.1:${webhooks}`,
      data: join(place.dir, 'sandbox-payments.sqlite'),
    });

    const clockOf = (tier: TierName) => join(place.dir, `clock-${tier}`);
    const clock = `--import=${pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href}`;
    const start = (tier: TierName, as: string = tier, port = ports[tier]): Promise<Child> =>
      system.startTier(tier, { as, port, settings: { NODE_OPTIONS: clock, DRILL_CLOCK: clockOf(tier) } });
    await system.loadDemoData();
    const firsts = tierNames.map((name) => start(name));
    const startSecond = (name: TierName) => start(name, second(name), ports[second(name)]);
    const started = await Promise.all([...firsts, ...(hasSeconds ? tierNames.map(startSecond) : [])]);
    const tiers = Object.fromEntries(
      tierNames.map((name, index) => [name, started[index]]),
    ) as DrillSystem['tiers'];
    await system.startFrontDoor(hasSeconds ? { upstreams: bothOf(ports) } : {});

    let extraProcesses = 0;
    const downUntil = new Map<Child, number>();
    for (const child of [...servers.processes, payments, ...started]) {
      const pause = () => Math.max(restartDelayMs, (downUntil.get(child) ?? 0) - Date.now());
      // Restarts are in the logs; the drill itself prints the faults.
      supervise(child, system.place.cancel, () => {}, pause);
    }
    const ready = (name: TierName | SecondName): Promise<void> =>
      waitUntil(`${name} to be ready`, readyWithinMs, () => isReady(ports[name]));
    const redisPorts = servers.redis.nodes.map((node) => Number(node.split(':')[1]));

    return {
      url,
      env: system.envOfGeneral,
      paymentsUrl,
      logDir: place.logDir,
      servers,
      tiers,
      seconds: started.slice(tierNames.length),
      payments,
      line,
      keepDown: (child, ms) => downUntil.set(child, Date.now() + ms),
      async startAnother(tier) {
        extraProcesses += 1;
        const name = `${tier}-${extraProcesses + 1}`;
        const { [name]: port } = await freePorts([name]);
        return start(tier, name, port);
      },
      ready,
      setClock: (tier, offsetMs) => writeFileSync(clockOf(tier), String(offsetMs)),
      async untilWhole() {
        await waitUntil('the broker', readyWithinMs, () =>
          Promise.resolve(servers.rabbitMq.broker.pid !== undefined),
        );
        for (const [at, port] of redisPorts.entries()) {
          await waitUntil(`redis-${at + 1} to join`, readyWithinMs, () => hasJoined(port));
        }
        for (const name of tierNames) await ready(name);
        if (hasSeconds) for (const name of tierNames) await ready(second(name));
      },
      stop: () => releases.run(),
    };
  });
}

type SecondName = `${TierName}-2`;
const second = (name: TierName): SecondName => `${name}-2`;

/** Like localUpstreams, but with two processes of each tier. */
function bothOf(ports: Readonly<Record<TierName | SecondName, number>>): ReturnType<typeof localUpstreams> {
  const both = (name: TierName) => [ports[name], ports[second(name)]].map((port) => `127.0.0.1:${port}`);
  return { publisher: both('publisher'), realtime: both('realtime'), general: both('general') };
}

/** @throws Error with the tier's answer if it is not ready */
export async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(text.slice(0, 300));
  return true;
}

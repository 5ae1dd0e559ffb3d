/** A system of its own for the drills, made of the same parts as `npm start`: own folder, own ports, own data. */
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
  /** What general gets, which is what every tier gets and more. */
  env: Readonly<Record<string, string>>;
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
  /** Resolves when nothing of it is left; further calls return the same promise. */
  stop: () => Promise<void>;
};

/** Among the settings of the tiers: how many processes there are of each, 1 or 2. */
export const processesSetting = 'DRILL_PROCESSES';

const usualPauseMs = 500;
const wholeWithinMs = 120_000;

/**
 * Resolves when everything is ready.
 * @throws Error when something does not start, or a stop was wished meanwhile; nothing is left running then.
 */
export async function startDrillSystem(
  options: SystemPlace & {
    /** Settings for all tiers over the usual ones. */
    tierSettings?: Record<string, string>;
    seed: number;
  },
): Promise<DrillSystem> {
  const { dir, tierSettings = {}, seed } = options;
  const place = placeAt(dir, options.cancel, options.hurry);
  const releases = new Releases();
  releases.add(() => rmSync(place.dir, { recursive: true, force: true }));
  let line: PaymentLine | undefined;
  // After the tiers have stopped, who use it to the end.
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

    let more = 0;
    const downUntil = new Map<Child, number>();
    for (const child of [...servers.processes, payments, ...started]) {
      const pause = () => Math.max(usualPauseMs, (downUntil.get(child) ?? 0) - Date.now());
      // Comings and goings are in the logs; what was broken is said by the drill.
      supervise(child, system.place.cancel, () => {}, pause);
    }
    const ready = (name: TierName | SecondName): Promise<void> =>
      waitUntil(`${name} to be ready`, wholeWithinMs, () => isReady(ports[name]));
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
      async another(tier) {
        more += 1;
        const name = `${tier}-${more + 1}`;
        const { [name]: port } = await freePorts([name]);
        return start(tier, name, port);
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
      stop: () => releases.run(),
    };
  });
}

type SecondName = `${TierName}-2`;
const second = (name: TierName): SecondName => `${name}-2`;

/** As localUpstreams, with two processes of each. */
function bothOf(ports: Readonly<Record<TierName | SecondName, number>>): ReturnType<typeof localUpstreams> {
  const both = (name: TierName) => [ports[name], ports[second(name)]].map((port) => `127.0.0.1:${port}`);
  return { publisher: both('publisher'), realtime: both('realtime'), general: both('general') };
}

/** @throws what the tier says is missing */
export async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(text.slice(0, 300));
  return true;
}

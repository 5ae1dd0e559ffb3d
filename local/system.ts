/**
 * The only builder of a running system. `npm start`, benchmarks, drills, rolling changes and browser tests differ in
 * which parts they start, in which order and with which settings; all of them start the parts here.
 */
import { setMaxListeners } from 'node:events';
import { join, resolve } from 'node:path';
import type { Child } from './process/child.ts';
import type { Place } from './process/place.ts';
import { freePorts } from './process/ports.ts';
import type { Step } from './process/steps.ts';
import { inOrder } from './process/releases.ts';
import { runTask } from './process/task.ts';
import { generateSecrets, type Secrets } from './secrets.ts';
import { startNginx, type Nginx } from './servers/nginx.ts';
import { serverPorts, startServers, type ServerPort, type Servers } from './start-servers.ts';
import {
  generalEnv,
  localUpstreams,
  startScript,
  tierEnv,
  tierNames,
  type ServerAddresses,
  type TierName,
} from './tiers.ts';

export const root = resolve(import.meta.dirname, '..');

const otherParts = ['sandbox-payments', 'mail-catcher', 'mail-catcher-smtp', 'front-door'] as const;
type SystemPort = TierName | (typeof otherParts)[number];
export const systemPorts: readonly SystemPort[] = [...tierNames, ...otherParts];
export type SystemPorts = Readonly<Record<SystemPort, number>>;

export type SystemOptions = {
  place: Place;
  /** Default: new free ones. */
  ports?: SystemPorts;
  /** Default: new ones. */
  secrets?: Secrets;
  /** What general calls to charge cards. Default: the sandbox provider of this system. */
  paymentsUrl?: string;
  /** Settings of all tiers that override the defaults. */
  settings?: Readonly<Record<string, string>>;
  /** Additional settings for general only. */
  generalSettings?: Readonly<Record<string, string>>;
};

export type TierOptions = {
  /** Name of the process and of its log. Default: the tier's name. */
  as?: string;
  /** Default: the tier's port of this system. */
  port?: number;
  settings?: Readonly<Record<string, string>>;
};

export type FrontDoorOptions = Partial<Omit<Parameters<typeof startNginx>[0], 'place' | 'port'>>;

export type System = {
  /** URL of the front door, http://127.0.0.1:PORT, even if none is started. */
  url: string;
  ports: SystemPorts;
  secrets: Secrets;
  /** Its `cancel` is also aborted when this system is stopped. */
  place: Place;
  /** Environment of every tier. */
  env: Readonly<Record<string, string>>;
  /** Environment of general and of tools that act for it. */
  envOfGeneral: Readonly<Record<string, string>>;
  /** The folder of the built pages. */
  pages: string;
  /** All processes started so far. */
  processes: () => Child[];
  /** Resolves when the tier is ready. */
  startTier: (name: TierName, options?: TierOptions) => Promise<Child>;
  /** The sandbox payment provider. `data`: a path, or `:memory:`; `generalUrl`: where its webhooks go. */
  startPayments: (options: { data: string; generalUrl?: string }) => Promise<Child>;
  startMailCatcher: () => Promise<Child>;
  /** nginx in front of the tiers of this system, or of `upstreams`. */
  startFrontDoor: (options?: FrontDoorOptions) => Promise<Nginx>;
  buildPages: () => Promise<void>;
  loadDemoData: () => Promise<void>;
  /**
   * Stops the tiers, then front door, payments and mail catcher, then the servers that were started with it, and
   * cancels whatever still starts. Resolves when nothing is left; every call returns the same promise.
   */
  stop: () => Promise<void>;
};

/**
 * Starts a system with servers of its own and an up-to-date database; no tier runs yet.
 * @throws Error if a server does not start, or `place.cancel` is aborted meanwhile; nothing is left running then.
 */
export async function startSystem(
  options: Omit<SystemOptions, 'ports'> & {
    ports?: SystemPorts & Readonly<Record<ServerPort, number>>;
    /** See startMariaDb. */
    durable: boolean;
    step?: Step;
  },
): Promise<System & { servers: Servers }> {
  const { place, durable, step = (_name, work) => work() } = options;
  const ports = options.ports ?? (await freePorts([...serverPorts, ...systemPorts]));
  const secrets = options.secrets ?? generateSecrets();
  const servers = await startServers({
    place,
    ports,
    secrets,
    durable,
    step,
    whenDatabaseIsUp: (MYSQL_URL) =>
      step('migrations', () =>
        runTask({
          name: 'migrations',
          place,
          root,
          script: 'shared/migrations/migrate.ts',
          env: { MYSQL_URL },
        }),
      ),
  });
  const system = await systemOn(servers, { ...options, ports, secrets });
  let stopped: Promise<void> | undefined;
  return {
    ...system,
    servers,
    processes: () => [...servers.processes, ...system.processes()],
    stop: () =>
      (stopped ??= inOrder([() => system.stop(), () => step('servers stopped', () => servers.stop())])),
  };
}

/** A system on servers that run already and are not stopped with it. */
export async function systemOn(addresses: ServerAddresses, options: SystemOptions): Promise<System> {
  const ports = options.ports ?? (await freePorts(systemPorts));
  const secrets = options.secrets ?? generateSecrets();
  const stopping = new AbortController();
  const place = { ...options.place, cancel: AbortSignal.any([options.place.cancel, stopping.signal]) };
  setMaxListeners(0, place.cancel); // one or two per process
  const url = at(ports['front-door']);
  const pages = join(root, 'web', 'dist');
  const sandboxPaymentsUrl = options.paymentsUrl ?? at(ports['sandbox-payments']);
  const env = { ...tierEnv(addresses, secrets), ...options.settings };
  const envOfGeneral = {
    ...env,
    ...generalEnv({ publicUrl: url, sandboxPaymentsUrl, secrets, ports, pages }),
    ...options.generalSettings,
  };

  const tiers = new Group();
  const others = new Group();
  const startPart = (name: string, port: number, settings: Record<string, string>) =>
    others.add(
      startScript({ name, place, root, folder: `local/${name}`, path: '/healthz', port, env: settings }),
    );
  const task = (name: string, script: string, settings: Readonly<Record<string, string>>) =>
    runTask({ name, place, root, script, env: settings });
  let stopped: Promise<void> | undefined;

  return {
    url,
    ports,
    secrets,
    place,
    env,
    envOfGeneral,
    pages,
    processes: () => [...others.started(), ...tiers.started()],
    startTier: (name, { as = name, port = ports[name], settings = {} } = {}) =>
      tiers.add(
        startScript({
          name: as,
          place,
          root,
          folder: name,
          path: '/readyz',
          port,
          env: { ...(name === 'general' ? envOfGeneral : env), ...settings },
        }),
      ),
    startPayments: ({ data, generalUrl = at(ports.general) }) =>
      startPart('sandbox-payments', ports['sandbox-payments'], {
        HOST: '127.0.0.1',
        SANDBOX_PAYMENTS_KEY: secrets.sandboxPaymentsKey,
        SANDBOX_WEBHOOK_SECRET: secrets.sandboxWebhookSecret,
        SANDBOX_WEBHOOK_URL: `${generalUrl}/api/payments/webhook`,
        SANDBOX_DATA: data,
      }),
    startMailCatcher: () =>
      startPart('mail-catcher', ports['mail-catcher'], {
        HOST: '127.0.0.1',
        SMTP_PORT: String(ports['mail-catcher-smtp']),
      }),
    async startFrontDoor(more = {}) {
      const port = ports['front-door'];
      const starts = startNginx({ place, port, upstreams: localUpstreams(ports), workers: 1, ...more });
      await others.add(starts.then(({ processes: [child] }) => child!));
      return starts;
    },
    buildPages: () => task('web', 'web/build.ts', {}),
    loadDemoData: () => task('demo-data', 'local/demo/demo-data.ts', envOfGeneral),
    stop: () => {
      stopping.abort(new Error('stopping'));
      return (stopped ??= inOrder([() => tiers.stop(), () => others.stop()]));
    },
  };
}

const at = (port: number): string => `http://127.0.0.1:${port}`;

/** Processes that are stopped together. */
class Group {
  readonly #starts: Promise<Child>[] = [];
  readonly #children: Child[] = [];

  /** Waits for a start and keeps its process. A process that is still starting when the group stops is stopped too. */
  add(start: Promise<Child>): Promise<Child> {
    const kept = start.then((child) => {
      this.#children.push(child);
      return child;
    });
    this.#starts.push(kept);
    return kept;
  }

  started(): readonly Child[] {
    return this.#children;
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#starts);
    const stops = await Promise.allSettled(this.#children.map((child) => child.stop()));
    for (const stop of stops) if (stop.status === 'rejected') throw stop.reason;
  }
}

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NginxOptions } from '../nginx/config.ts';
import { scriptEnv } from './process/binaries.ts';
import { type Child, startChild } from './process/child.ts';
import type { Place } from './process/place.ts';
import type { Secrets } from './secrets.ts';
import type { Servers } from './start-servers.ts';
import { waitUntil } from './process/wait.ts';

/** Options of Node for each tier are in one place, the pm2 configuration. */
const { apps } = createRequire(import.meta.url)('../ecosystem.config.js') as {
  apps: { script: string; node_args: string[] }[];
};
const nodeArgs = new Map(apps.map(({ script, node_args }) => [script, node_args]));

export const tierNames = ['publisher', 'consumer', 'realtime', 'general'] as const;
export type TierName = (typeof tierNames)[number];

/** Addresses of the servers of a system. */
export type ServerAddresses = {
  redis: Pick<Servers['redis'], 'nodes'>;
  rabbitMq: Pick<Servers['rabbitMq'], 'url'>;
  mariaDb: Pick<Servers['mariaDb'], 'url'>;
};

/** The settings of every tier, except PORT. */
export function tierEnv(servers: ServerAddresses, secrets: Secrets): Record<string, string> {
  return {
    SEATDROP_ENV: 'local',
    HOST: '127.0.0.1',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info',
    NAMESPACE: '',
    REDIS_NODES: servers.redis.nodes.join(','),
    AMQP_URL: servers.rabbitMq.url,
    MYSQL_URL: servers.mariaDb.url,
    SESSION_KEYS: secrets.sessionKey,
    CHECKOUT_KEYS: secrets.checkoutKey,
    ENTRY_QUEUES: '4',
  };
}

/** Additional settings of general, and of tools that act for it. */
export function generalEnv(options: {
  publicUrl: string;
  sandboxPaymentsUrl: string;
  secrets: Secrets;
  ports: Readonly<Record<TierName, number>>;
  /** The folder of the built web app. */
  pages: string;
}): Record<string, string> {
  return {
    PUBLIC_URL: options.publicUrl,
    TICKET_KEYS: options.secrets.ticketKey,
    PAYMENT_PROVIDER: 'sandbox',
    SANDBOX_PAYMENTS_URL: options.sandboxPaymentsUrl,
    SANDBOX_PAYMENTS_KEY: options.secrets.sandboxPaymentsKey,
    SANDBOX_WEBHOOK_SECRET: options.secrets.sandboxWebhookSecret,
    WEB_ROOT: options.pages,
    TIER_URLS: tierNames.map((name) => `${name}=http://127.0.0.1:${options.ports[name]}`).join(','),
  };
}

/** Starts `FOLDER/main.ts` and waits until `path` on its port answers 200. */
export function startScript(options: {
  name: string;
  place: Place;
  root: string;
  folder: string;
  path: '/readyz' | '/healthz';
  port: number;
  env: Readonly<Record<string, string>>;
}): Promise<Child> {
  const { name, place, root, folder, port, path } = options;
  const script = `${folder}/main.ts`;
  if (!existsSync(join(root, script))) return Promise.reject(new Error(`${script} is missing`));
  return startChild({
    name,
    place,
    command: process.execPath,
    args: [...(nodeArgs.get(script) ?? []), script],
    env: { ...scriptEnv(), ...options.env, PORT: String(port) },
    cwd: root,
    ready: () => waitUntil(`${name} to be ready`, 60_000, () => answers(`http://127.0.0.1:${port}${path}`)),
    graceMs: 13_000, // a tier gives itself 10 s to finish its work
  });
}

/** nginx's upstreams: one process of each tier, and the sandbox provider, on this machine. */
export function localUpstreams(
  ports: Readonly<Record<'publisher' | 'realtime' | 'general' | 'sandbox-payments', number>>,
): NginxOptions['upstreams'] {
  const address = (port: number) => [`127.0.0.1:${port}`];
  return {
    publisher: address(ports.publisher),
    realtime: address(ports.realtime),
    general: address(ports.general),
    sandboxPayments: address(ports['sandbox-payments']),
  };
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${body.slice(0, 500)}`);
  return true;
}

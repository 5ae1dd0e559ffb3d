/**
 * Each tier reads its environment once, with `readConfig`, into a frozen typed object. All other code takes values as
 * arguments, so only `main.ts` depends on the environment of its process.
 */
import { z } from 'zod';
import { readKeyList } from '../auth/key-list.ts';

export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Parses `env` with `schema` and reports all faults at once. An empty setting counts as unset: that is how an `.env`
 * file and compose leave one out.
 * @throws {ConfigError} naming every setting that is missing or wrong, but never its value, which may be a secret
 */
export function readConfig<S extends z.ZodType<object>>(
  schema: S,
  env: Record<string, string | undefined> = process.env,
): Readonly<z.infer<S>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  const issues = result.success ? [] : result.error.issues;
  const faults = [
    ...issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    ...keysOfBefore(
      issues.map(({ path }) => path[0] ?? ''),
      given,
    ),
    ...sharedKeys(given),
    ...unsafe(result.success ? (result.data as Record<string, unknown>) : given, settingsOf(schema)),
  ];
  if (result.success && faults.length === 0) return Object.freeze(result.data);
  throw new ConfigError(`The environment cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
}

function settingsOf(schema: z.ZodType<object>): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

const keySettings = ['SESSION_KEYS', 'CHECKOUT_KEYS', 'TICKET_KEYS'];

/** Faults for keys that are in two lists: with a leaked key, tokens of only one kind must be forgeable. */
function sharedKeys(given: Record<string, string | undefined>): string[] {
  const owners = new Map<string, string>();
  return keySettings.flatMap((name) => {
    const keys = given[name] === undefined ? [] : keysIn(given[name]);
    const other = keys.map((key) => owners.get(key)).find((owner) => owner !== undefined);
    for (const key of keys) owners.set(key, name);
    return other === undefined ? [] : [`${name}: must not have a key that ${other} has`];
  });
}

/** Faults for settings of the previous version, which had one key per setting and other names. */
function keysOfBefore(missing: readonly PropertyKey[], given: Record<string, string | undefined>): string[] {
  if (given['SESSION_KEY'] === undefined && given['CHECKOUT_KEY'] === undefined) return [];
  return keySettings
    .filter((name) => missing.includes(name) && given[name] === undefined)
    .map((name) => `${name}: made from the settings of the version before by npm run make-env -- --upgrade`);
}

/** Faults for settings that are fine for trying out but unsafe in production. */
function unsafe(
  { SEATDROP_ENV, AMQP_URL, MYSQL_URL, MYSQL_REPLICA_URL, PUBLIC_URL }: Record<string, unknown>,
  known: readonly string[],
): string[] {
  const faults: string[] = [];
  if (SEATDROP_ENV !== 'production') return faults;
  const url = (text: unknown) => (typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined);
  const [broker, pages] = [url(AMQP_URL), url(PUBLIC_URL)];
  if (broker && (broker.password === '' || broker.password === 'guest'))
    faults.push('AMQP_URL: the broker needs a password of its own in production');
  for (const [name, database] of Object.entries({ MYSQL_URL, MYSQL_REPLICA_URL })) {
    if (['', 'root', 'seatdrop'].includes(url(database)?.password ?? 'none to look at'))
      faults.push(`${name}: the database needs a password of its own in production`);
  }
  if (PUBLIC_URL === undefined && known.includes('PUBLIC_URL'))
    faults.push('PUBLIC_URL: needed in production, or the cookie that sessions come in cannot be told');
  const here = pages && ['localhost', '127.0.0.1', '[::1]'].includes(pages.hostname);
  if (pages?.protocol === 'http:' && !here)
    faults.push('PUBLIC_URL: must be https in production, or sessions travel for all to read');
  return faults;
}

/** A whole number. An empty text is a fault; `Number` would read it as 0. */
export const whole = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().min(min).max(max));

const port = whole(0, 65_535);

/** False for a key of few distinct digits or of one repeated pattern, as in examples. */
const isRandom = (hex: string) => new Set(hex).size > 4 && !/^(.{1,32})\1+$/.test(hex);

/** Keys of 32 bytes for HMAC-SHA-256. There is no default, since a known key protects nothing. */
const keyList = z
  .string()
  .regex(
    /^[0-9a-f]{64}(,[0-9a-f]{64})*$/i,
    'must be keys of 64 hex characters (openssl rand -hex 32), separated by commas',
  )
  .refine((list) => list.split(',').every(isRandom), 'must be random')
  .refine((list) => new Set(keysIn(list)).size === keysIn(list).length, 'must not have a key twice')
  .transform(readKeyList);

function keysIn(list: string): string[] {
  return list.toLowerCase().split(',');
}

/** Settings that every tier has. */
export const commonSettings = {
  SEATDROP_ENV: z
    .enum(['local', 'test', 'production'])
    .describe(
      'The kind of installation. `production` refuses test keys, known passwords, the sandbox provider and plain http.',
    ),
  HOST: z.string().default('127.0.0.1').describe('IP address to listen on.'),
  PORT: port.describe('Port to listen on.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Minimum log level.'),
  NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]*$/)
    .default('')
    .describe('Prefix of every queue and Redis key, so that several systems can share servers.'),
};

export const hostsAndPorts = z
  .string()
  .regex(/^[^,:\s]+:\d+(,[^,:\s]+:\d+)*$/, 'must be host:port[,host:port...]');

export const redisSettings = {
  REDIS_NODES: hostsAndPorts
    .transform((list) => list.split(','))
    .describe(
      'One or more nodes of the cluster, as host:port separated by commas; the others are discovered.',
    ),
  REDIS_REPLICA_ACKS: whole(0, 5)
    .default(1)
    .describe(
      'Replicas that must confirm a change before it is told to anybody: the number of replicas of each master. 0 without replicas.',
    ),
};

export const brokerSettings = {
  AMQP_URL: z.url({ protocol: /^amqps?$/ }).describe('RabbitMQ: amqp://user:password@host:port/vhost.'),
  ENTRY_QUEUES: whole(1, 256)
    .default(4)
    .describe(
      'Number of entry queues, the same for all tiers. Change it only while all tiers are stopped and the queues are empty.',
    ),
};

export const mysqlSettings = {
  MYSQL_URL: z
    .url({ protocol: /^mysql$/ })
    .describe('The primary database: mysql://user:password@host:port/name.'),
};

/** Settings of tiers that read lists. */
export const replicaSettings = {
  MYSQL_REPLICA_URL: z
    .url({ protocol: /^mysql$/ })
    .optional()
    .describe('A read replica for lists and reports. Without it they are read from the primary.'),
  MYSQL_REPLICA_MAX_LAG: whole(3, 3_600)
    .default(5)
    .describe('Maximum lag of the replica in seconds. Beyond it lists are read from the primary.'),
};

const keysOf = (what: string) =>
  keyList.describe(
    `Keys for ${what}: 64 random hex characters each, separated by commas. The first signs, all verify ` +
      '([how to replace one](#rotate-a-key)).',
  );

export const sessionSettings = { SESSION_KEYS: keysOf('sessions') };
export const checkoutSettings = { CHECKOUT_KEYS: keysOf('checkout tokens') };
/** Tickets are shown months after signing: a key stays in this list until the last event that it signed for is over. */
export const ticketSettings = { TICKET_KEYS: keysOf('tickets') };

export const publicUrlSettings = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'The address that browsers use; needed in production. With https the session cookie is `__Host-session`; with http, ' +
        'or without this setting, it is `session`.',
    ),
};

/** Settings of commands that read a system's data. */
export const commandSettings = z.object({
  NAMESPACE: commonSettings.NAMESPACE,
  ...redisSettings,
  ...mysqlSettings,
  /** For commands that also send messages; they report it if it is missing. */
  AMQP_URL: brokerSettings.AMQP_URL.optional(),
  ENTRY_QUEUES: brokerSettings.ENTRY_QUEUES,
});

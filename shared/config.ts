/**
 * Each tier reads its environment once, here, into a frozen typed object. Everything else takes values as
 * arguments, so nothing but `main.ts` depends on the process it runs in.
 */
import { z } from 'zod';

export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Parses `env` with `schema`; a fault in one setting does not hide the next.
 * @throws {ConfigError} naming every setting that is missing or wrong, never its value (it may be a secret).
 */
export function readConfig<S extends z.ZodObject>(
  schema: S,
  env: Record<string, string | undefined> = process.env,
): Readonly<z.infer<S>> {
  const result = schema.safeParse(env);
  if (result.success) return Object.freeze(result.data);
  const faults = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`The environment cannot be used:\n${faults.join('\n')}`);
}

/** A whole number. An empty setting is none: it would otherwise count as 0. */
const whole = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().min(min).max(max));

const port = whole(0, 65_535);

/** A key for HMAC-SHA-256, as 64 hex characters (32 bytes). There is no default: a known key is no key. */
const signingKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, 'must be 64 hex characters (openssl rand -hex 32)')
  .refine((hex) => new Set(hex).size > 4, 'must be random');

/** Settings that every tier has. */
export const commonSettings = {
  SEATDROP_ENV: z.enum(['local', 'test', 'production']),
  HOST: z.string().default('127.0.0.1'),
  PORT: port,
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Put before every broker and Redis name, so that several systems can share servers. */
  NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]*$/)
    .default(''),
};

export const redisSettings = {
  /** Some nodes of the cluster, as host:port separated by commas; the rest are discovered. */
  REDIS_NODES: z
    .string()
    .regex(/^[^,:\s]+:\d+(,[^,:\s]+:\d+)*$/, 'must be host:port[,host:port...]')
    .transform((list) => list.split(',')),
  /** Replicas that must have a batch before it is acknowledged; 0 where the cluster has none. */
  REDIS_REPLICA_ACKS: whole(0, 5).default(1),
};

export const brokerSettings = {
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  /** How many entry queues there are. The same for all tiers; changing it needs empty queues. */
  ENTRY_QUEUES: whole(1, 256).default(4),
};

export const mysqlSettings = {
  MYSQL_URL: z.url({ protocol: /^mysql$/ }),
};

export const sessionSettings = { SESSION_KEY: signingKey };
export const checkoutSettings = { CHECKOUT_KEY: signingKey };

import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** All secrets of a local system. Each has 64 hex characters. */
const NAMES = [
  'rabbitMqPassword',
  'rabbitMqCookie',
  'mariaDbPassword',
  'mariaDbAdminPassword',
  'sessionKey',
  'checkoutKey',
  'ticketKey',
  'sandboxPaymentsKey',
  'sandboxWebhookSecret',
] as const;

export type Secrets = Readonly<Record<(typeof NAMES)[number], string>>;

export function generateSecrets(): Secrets {
  const pairs = NAMES.map((name) => [name, randomBytes(32).toString('hex')] as const);
  return Object.fromEntries(pairs) as Secrets;
}

/** The secrets in `file`, which only its owner may read; missing ones are generated and added. */
export function keptSecrets(file: string): Secrets {
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {};
  const secrets = { ...generateSecrets(), ...ticketKeyOfBefore(kept), ...kept };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

/** The previous version derived the ticket key from the checkout key; keeping it keeps tickets valid that were sold. */
function ticketKeyOfBefore({ checkoutKey }: Partial<Secrets>): Partial<Secrets> {
  if (checkoutKey === undefined) return {};
  const derived = hkdfSync('sha256', Buffer.from(checkoutKey, 'hex'), '', 'seatdrop ticket v1', 32);
  return { ticketKey: Buffer.from(derived).toString('hex') };
}

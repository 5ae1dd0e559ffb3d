import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { tierNames } from './tiers.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const key = () => randomBytes(32).toString('hex');

/** Settings with which every tier would start and connect to its servers, which do not exist. */
const settings = {
  SEATDROP_ENV: 'production',
  PORT: '0',
  REDIS_NODES: '127.0.0.1:1',
  AMQP_URL: 'amqp://general:a-password@127.0.0.1:1',
  MYSQL_URL: 'mysql://general:a-password@127.0.0.1:1/seatdrop',
  SESSION_KEYS: key(),
  CHECKOUT_KEYS: key(),
  TICKET_KEYS: key(),
  PUBLIC_URL: 'https://seatdrop.test',
  PAYMENT_PROVIDER: 'stripe',
  STRIPE_SECRET_KEY: 'sk_live_0123456789abcdef',
  STRIPE_PUBLISHABLE_KEY: 'pk_live_0123456789abcdef',
  STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdef',
};

async function start(tier: string, changes: Record<string, string>) {
  const env = { ...settings, ...changes, PATH: process.env['PATH'] ?? '' };
  const outcome = await run(process.execPath, [join(root, tier, 'main.ts')], {
    cwd: root,
    env,
    timeout: 20_000,
  }).then(
    () => ({ code: 0, stdout: '', stderr: '' }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  return { code: outcome.code, output: outcome.stdout + outcome.stderr };
}

test.each(tierNames)('%s says what is missing, exits with 1, and tells no secret', async (tier) => {
  const signs = tier === 'consumer' ? 'CHECKOUT_KEYS' : 'SESSION_KEYS';
  const [bare, weak] = await Promise.all([
    start(tier, { [signs]: '', SEATDROP_ENV: '' }),
    start(tier, { [signs]: '0123456789abcdef'.repeat(4), AMQP_URL: 'amqp://guest:guest@127.0.0.1:1' }),
  ]);
  expect(bare.code).toBe(1);
  expect(bare.output).toContain(`${signs}: `);
  expect(bare.output).toContain('SEATDROP_ENV: ');
  expect(weak.code).toBe(1);
  expect(weak.output).toContain(`${signs}: must be random`);
  const weakPassword = weak.output.includes('AMQP_URL: the broker needs a password of its own');
  expect(weakPassword).toBe(true);
  for (const { output } of [bare, weak]) expect(output).not.toMatch(/0123456789abcdef0123|a-password/);
});

test.each(['publisher', 'realtime'])('%s is told how browsers come, or does not start', async (tier) => {
  const { code, output } = await start(tier, { PUBLIC_URL: '' });
  expect(code).toBe(1);
  expect(output).toContain('PUBLIC_URL: needed in production');
});

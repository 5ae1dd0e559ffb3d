import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  brokerSettings,
  checkoutSettings,
  commonSettings,
  mysqlSettings,
  readConfig,
  redisSettings,
  sessionSettings,
} from '../shared/tier/config.ts';
import { CannotRun } from './cli.ts';

/** Root folder of this repository. */
export const root = resolve(import.meta.dirname, '..');

/** Folder in which systems started from this clone keep their files. */
export const localDir = resolve(root, process.env['SEATDROP_LOCAL_DIR'] ?? '.local');

const settings = z.object({
  SEATDROP_ENV: z.enum(['local', 'test']),
  NAMESPACE: commonSettings.NAMESPACE,
  ...redisSettings,
  ...brokerSettings,
  ...mysqlSettings,
  ...sessionSettings,
  ...checkoutSettings,
  SANDBOX_PAYMENTS_URL: z.url(),
  SANDBOX_PAYMENTS_KEY: z.string(),
});

export type RunningSystem = { url: string; env: z.output<typeof settings> };

/**
 * Describes a system by the environment of its general tier; `SANDBOX_PAYMENTS_URL` must address the provider itself.
 */
export function runningSystem(url: string, env: Readonly<Record<string, string>>): RunningSystem {
  return { url, env: readConfig(settings, env) };
}

/** Finds the system that `npm start` runs, by the file that it writes. @throws CannotRun if none answers */
export async function findRunningSystem(url?: string): Promise<RunningSystem> {
  const file = join(localDir, 'run.json');
  if (!existsSync(file))
    throw new CannotRun('No system is running here: keep `npm start` running and try again.');
  const run = JSON.parse(readFileSync(file, 'utf8')) as { url: string; env: Record<string, string> };
  const system = runningSystem(url ?? run.url, run.env);
  try {
    const response = await fetch(new URL('/healthz', system.url), { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
  } catch (error) {
    const reason = (error as Error & { cause?: Error }).cause?.message ?? (error as Error).message;
    throw new CannotRun(`${system.url} does not answer (${reason}): is \`npm start\` running?`);
  }
  return system;
}

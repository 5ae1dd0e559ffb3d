/** Runs the real pm2 with the repository's ecosystem.config.js, in its own folder. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { startChild } from '../../../local/process/child.ts';
import type { Place } from '../../../local/process/place.ts';
import { scriptEnv } from '../../../local/process/binaries.ts';
import type { TierName } from '../../../local/tiers.ts';
import { waitUntil } from '../../../local/process/wait.ts';

export type Pm2 = {
  /** `pm2 reload`; resolves when every process of the tier has been replaced. */
  reload: (tier: TierName) => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Starts the tiers and waits until they are ready.
 * @param options.settings environment of the tiers and of ecosystem.config.js
 */
export async function startPm2(options: {
  place: Place;
  root: string;
  settings: Readonly<Record<string, string>>;
}): Promise<Pm2> {
  const { place, root, settings } = options;
  const home = join(place.dir, 'pm2');
  const logs = join(place.logDir, 'pm2'); // kept when the rest of the folder is deleted
  for (const dir of [home, logs]) mkdirSync(dir, { recursive: true });
  symlinkSync(logs, join(home, 'logs'));
  const { PATH = '', ...machine } = scriptEnv();
  const env = {
    ...machine,
    PATH: `${dirname(process.execPath)}${delimiter}${PATH}`,
    PM2_HOME: home,
    PM2_DISCRETE_MODE: 'true', // no banner, and no update check over the network
  };

  // The pm2 commands would start a detached daemon. Started as a child process, it ends with this process in any case.
  const daemon = await startChild({
    name: 'pm2',
    place,
    command: process.execPath,
    args: [join(root, 'node_modules/pm2/lib/Daemon.js')],
    env,
    cwd: root,
    ready: () => waitUntil('pm2', 30_000, () => Promise.resolve(existsSync(join(home, 'rpc.sock')))),
    graceMs: 20_000, // includes the grace periods of the tiers
  });
  const pm2 = (args: readonly string[]): Promise<void> =>
    run([join(root, 'node_modules/pm2/bin/pm2'), ...args], { ...env, ...settings }, root, place.cancel);
  try {
    await pm2(['start', 'ecosystem.config.js', '--parallel', '8']);
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return { reload: (tier) => pm2(['reload', tier]), stop: () => daemon.stop() };
}

/** @throws Error with the command's output if it fails */
async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
  signal: AbortSignal,
): Promise<void> {
  const child = spawn(process.execPath, args, { env, cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  const outcome = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signalName) => resolve(signalName ?? `exit code ${code}`));
  });
  signal.throwIfAborted();
  if (outcome !== 'exit code 0') throw new Error(`pm2 ${args.slice(1).join(' ')}: ${outcome}\n${output}`);
}

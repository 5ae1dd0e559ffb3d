import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { scriptEnv } from './binaries.ts';
import { logTail } from './child.ts';
import type { Place } from './place.ts';
import { signal } from './proc.ts';

/**
 * Runs a script of this repository on this Node until it ends.
 * @throws Error with the end of its output if it fails.
 */
export async function runTask(options: {
  name: string;
  place: Place;
  root: string;
  /** Path from the root. */
  script: string;
  env: Readonly<Record<string, string>>;
}): Promise<void> {
  const { name, place, root, script, env } = options;
  if (!existsSync(join(root, script))) throw new Error(`${script} is missing`);
  place.cancel.throwIfAborted();
  mkdirSync(place.logDir, { recursive: true });
  const logFile = join(place.logDir, `${name}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [script], {
    cwd: root,
    env: { ...scriptEnv(), ...env },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const cancel = (): void => {
    if (child.pid !== undefined) signal(-child.pid, 'SIGTERM');
  };
  place.cancel.addEventListener('abort', cancel);
  const outcome = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, by) => resolve(by ?? `exit code ${code}`));
  });
  place.cancel.removeEventListener('abort', cancel);
  if (outcome !== 'exit code 0') throw new Error(`${script} failed (${outcome})\n${logTail(logFile)}`);
}

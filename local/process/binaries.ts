import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian puts servers into sbin, which is not in an ordinary user's PATH. */
const EXTRA_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** A PATH that reaches the servers and the tools their start scripts call. */
export const searchPath = [
  ...new Set([...(process.env['PATH'] ?? '').split(delimiter), ...EXTRA_FOLDERS]),
].join(delimiter);

/** Environment that every script of ours needs from the machine, besides its own settings. */
export function scriptEnv(): Record<string, string> {
  return { PATH: searchPath, HOME: process.env['HOME'] ?? '/', LANG: 'C.UTF-8', TZ: 'UTC' };
}

/** The full path of the first of these programs that is installed, or undefined. */
function findBinary(...names: readonly string[]): string | undefined {
  for (const name of names) {
    const candidates = name.startsWith('/')
      ? [name]
      : searchPath.split(delimiter).map((folder) => join(folder, name));
    const found = candidates.find(isExecutable);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @throws Error if none of them is installed. */
export function requireBinary(...names: readonly string[]): string {
  const found = findBinary(...names);
  if (found === undefined) throw new Error(`${names.join(' or ')} is not installed`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

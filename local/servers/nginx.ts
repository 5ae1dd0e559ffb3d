import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type NginxOptions, nginxConfig } from '../../nginx/config.ts';
import { requireBinary, searchPath } from '../process/binaries.ts';
import { type Child, startChild } from '../process/child.ts';
import type { Place } from '../process/place.ts';
import { exchange, waitUntil } from '../process/wait.ts';

export type Nginx = {
  readonly url: string;
  readonly processes: readonly Child[];
  stop(): Promise<void>;
};

/** Starts the front door, by default on 127.0.0.1. Clients on this machine are trusted to name other addresses. */
export async function startNginx(
  options: { place: Place; port: number } & Pick<
    NginxOptions,
    'upstreams' | 'limits' | 'caches' | 'workers' | 'pages'
  > &
    Partial<Pick<NginxOptions, 'listen' | 'trustedProxies' | 'publicUrl'>>,
): Promise<Nginx> {
  const { place, port, ...config } = options;
  const dir = join(place.dir, 'nginx');
  mkdirSync(dir, { recursive: true });
  mkdirSync(place.logDir, { recursive: true });
  const file = join(dir, 'nginx.conf');
  const text = nginxConfig({
    listen: `127.0.0.1:${port}`,
    trustedProxies: ['127.0.0.1'],
    dir,
    accessLog: join(place.logDir, 'nginx-access.log'),
    // Otherwise root's nginx gives its workers to a user who may not be able to read a clone in root's home.
    ...(userInfo().uid === 0 ? { user: 'root' } : {}),
    ...config,
  });
  writeFileSync(file, text);
  const server = await startChild({
    name: 'nginx',
    place,
    command: requireBinary('nginx'),
    args: ['-p', dir, '-c', file],
    env: { PATH: searchPath, HOME: dir, LANG: 'C.UTF-8', TZ: 'UTC' },
    cwd: dir,
    ready: () =>
      waitUntil('nginx', 30_000, async () => {
        const request = 'GET /healthz HTTP/1.0\r\n\r\n';
        return (await exchange(port, request, (reply) => reply.includes('\r\n'))).includes(' 200 ');
      }),
  });
  return { url: `http://127.0.0.1:${port}`, processes: [server], stop: () => server.stop() };
}

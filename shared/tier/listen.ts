import cluster from 'node:cluster';
import type { Server } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lifecycle } from './lifecycle.ts';
import type { Ops } from './ops.ts';

/**
 * Milliseconds for which the front door keeps an idle connection to a tier (nginx/config.ts). Less than Node's 5 s, so
 * that a request is never sent over a connection that the tier is closing.
 */
export const frontDoorKeepsMs = 2_000;

/**
 * Milliseconds after which a cluster process opens its port even if it is not ready. Less than pm2's listen timeout.
 */
const maxUnreadyMs = 20_000;

/** Listens and resolves with the port; the operating system chooses it if `port` is 0. Rejects if the port is taken. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Accepts no new connections, lets requests under way finish, and closes keep-alive connections once they are idle. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const closeIdle = setInterval(() => server.closeIdleConnections(), 100);
    server.close(() => {
      clearInterval(closeIdle);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * Stops a server whose clients keep connections open, without losing a request. It accepts no new connections; on open
 * ones it goes on answering, and each answer announces that the connection closes. Idle connections are closed only
 * after
 * `idleMs` milliseconds, when their clients have given them up: closing one earlier could cut off a request on its way,
 * which nobody may repeat if it changes something.
 */
export async function drainServer(server: Server, idleMs = frontDoorKeepsMs + 1_000): Promise<void> {
  server.prependListener('request', (_req, res) => {
    res.shouldKeepAlive = false;
  });
  // The `close` of an HTTP server would close idle connections at once.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  await Promise.race([closed, sleep(idleMs, undefined, { ref: false })]);
  const closeIdle = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearInterval(closeIdle);
}

/**
 * Opens a tier's port at once, so that /readyz can tell what the tier waits for. In a cluster, processes share the port
 * and each connection goes to any of them, so there a process opens it only when it is ready, or when it has not become
 * ready for `maxUnreadyMs`, so that ops can see why.
 */
export async function openPort(
  server: Server,
  { HOST, PORT }: { HOST: string; PORT: number },
  ops: Pick<Ops, 'readiness'>,
  lifecycle: Pick<Lifecycle, 'stopping' | 'startsWith'>,
): Promise<void> {
  const open = (): Promise<unknown> => listen(server, HOST, PORT);
  if (!cluster.isWorker) {
    await open();
    return;
  }
  const openOnceReady = async (): Promise<void> => {
    const until = performance.now() + maxUnreadyMs;
    while (performance.now() < until && !lifecycle.stopping && !(await ops.readiness()).ready)
      await sleep(50);
    if (!lifecycle.stopping) await open();
  };
  lifecycle.startsWith(openOnceReady());
}

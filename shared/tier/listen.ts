import cluster from 'node:cluster';
import type { Server } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lifecycle } from './lifecycle.ts';
import type { Ops } from './ops.ts';

/**
 * Milliseconds for which the front door keeps a connection to a tier that nothing is sent over (nginx/config.ts). Less
 * than Node's 5 s, so that a request never meets a connection that is just being closed.
 */
export const frontDoorKeepsMs = 2_000;

/** Milliseconds a process of a cluster may take to be of use before its port opens all the same. Below pm2's listen timeout. */
const uselessForMs = 20_000;

/** Listens and resolves with the port (given by the system when `port` is 0); rejects when it is taken. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Takes no new connections, lets requests under way finish, and drops keep-alive connections once they are idle. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const dropIdle = setInterval(() => server.closeIdleConnections(), 100);
    server.close(() => {
      clearInterval(dropIdle);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * Stops a server that others send to over connections they keep, without a request lost between the two. It takes no
 * new connections; on those that are open it goes on to answer, and says with each answer that the connection ends.
 * One that nothing was sent over for `idleMs` its client has given up by now: to close it first could meet a request
 * on its way, which nobody may send a second time if it was to change something.
 */
export async function drainServer(server: Server, idleMs = frontDoorKeepsMs + 1_000): Promise<void> {
  server.prependListener('request', (_req, res) => {
    res.shouldKeepAlive = false;
  });
  // An HTTP server's own `close` would drop idle connections at once.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  await Promise.race([closed, sleep(idleMs, undefined, { ref: false })]);
  const dropIdle = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearInterval(dropIdle);
}

/**
 * Opens a tier's port at once, so that ops can be told what the tier waits for. In a cluster the port is shared with
 * processes that may be of use already, and a connection goes to any of them: there it opens once this process is ready
 * as well or, so that ops hear of it, has not been for long.
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
  const openOnceOfUse = async (): Promise<void> => {
    const until = performance.now() + uselessForMs;
    while (performance.now() < until && !lifecycle.stopping && !(await ops.readiness()).ready)
      await sleep(50);
    if (!lifecycle.stopping) await open();
  };
  lifecycle.startsWith(openOnceOfUse());
}

import { type Socket, createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** Below the range from which the kernel takes the ports of outgoing connections (32768 and up by default). */
const LOWEST = 20_000;
const HIGHEST = 32_000;

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Ports that this process has reserved, with the socket that does it. */
const reserved = new Map<number, Socket>();

/**
 * Reserves a port while this process runs. A server listens on TCP seconds after its port was chosen, and not at all
 * between a kill and its restart; meanwhile a second system on the machine could choose the same port. The UDP port of
 * that number is the lock: no server here uses UDP, and the kernel frees it when the process ends.
 * @returns false if another process has reserved it.
 */
function reserve(port: number): Promise<boolean> {
  if (reserved.has(port)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const lock = createSocket('udp4');
    lock.once('error', () => resolve(false));
    lock.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      lock.unref();
      reserved.set(port, lock);
      resolve(true);
    });
  });
}

/**
 * One free port on 127.0.0.1 for each name, reserved for this process: no other process that calls this function gets
 * one of them. A remembered port is used again if it is still free, so that addresses that people noted stay valid.
 */
export async function freePorts<Name extends string>(
  names: readonly Name[],
  remembered: Readonly<Record<string, number>> = {},
): Promise<Record<Name, number>> {
  const taken = new Set<number>();
  const ports = {} as Record<Name, number>;
  for (const name of names) {
    let port = remembered[name];
    while (port === undefined || taken.has(port) || !(await isFree(port)) || !(await reserve(port))) {
      do port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
      while (reserved.has(port));
    }
    taken.add(port);
    ports[name] = port;
  }
  return ports;
}

/** The first free port from `from` upwards. */
export async function nextFreePort(from: number): Promise<number> {
  for (let port = from; port < 65_536; port += 1) if (await isFree(port)) return port;
  throw new Error(`no free port from ${from} upwards`);
}

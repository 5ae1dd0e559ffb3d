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

/**
 * One free port on 127.0.0.1 for each name. A port remembered from last time is kept if it is still free, so
 * that addresses people noted stay good. Others are drawn at random: two stacks that start together on one
 * machine are then unlikely to draw the same.
 */
export async function freePorts<Name extends string>(
  names: readonly Name[],
  remembered: Readonly<Record<string, number>> = {},
): Promise<Record<Name, number>> {
  const taken = new Set<number>();
  const ports = {} as Record<Name, number>;
  for (const name of names) {
    let port = remembered[name];
    while (port === undefined || taken.has(port) || !(await isFree(port))) {
      port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
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

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

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

import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

export type TcpProxy = {
  port: number;
  /** Closes all connections, and every new one at once, until `restore`. */
  cut: () => void;
  restore: () => void;
  /** Keeps connections open but forwards nothing until `restore`, like a pulled cable. */
  freeze: () => void;
  /** Forwards requests but no answers until `restore`. */
  holdAnswers: () => void;
  /**
   * Closes only the connections to the server: the server sees its clients disconnect, while the clients keep open
   * connections and notice nothing. New connections are forwarded as before.
   */
  leaveClients: () => void;
  stop: () => Promise<void>;
};

/** A proxy between a client and a real server, with which a test can interrupt their connection. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<[Socket, Socket]>();
  const left = new Set<Socket>();
  let open = true;
  const server = createServer((client) => {
    if (!open) {
      client.destroy();
      return;
    }
    const upstream = connect({ ...target, noDelay: true });
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    const end = () => {
      if (!pairs.delete(pair)) return;
      client.destroy();
      upstream.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      open = false;
      for (const [client] of pairs) client.destroy();
    },
    restore() {
      open = true;
      for (const [client, upstream] of pairs) {
        // Unpipes first, so that a direction that is still piped is not piped twice.
        client.unpipe(upstream).pipe(upstream);
        upstream.unpipe(client).pipe(client);
      }
    },
    freeze() {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream);
        upstream.unpipe(client);
        client.pause();
        upstream.pause();
      }
    },
    holdAnswers() {
      for (const [client, upstream] of pairs) {
        upstream.unpipe(client);
        upstream.pause();
      }
    },
    leaveClients() {
      for (const pair of pairs) {
        const [client, upstream] = pair;
        pairs.delete(pair);
        left.add(client);
        client.unpipe(upstream).resume();
        upstream.unpipe(client);
        upstream.destroy();
      }
    },
    async stop() {
      for (const [client] of pairs) client.destroy();
      for (const client of left) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The URL of a server through a proxy. */
export function viaProxy(url: string, { port }: TcpProxy): string {
  const address = new URL(url);
  address.hostname = '127.0.0.1';
  address.port = String(port);
  return address.href;
}

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeAt } from '../../local/process/place.ts';
import { freePorts } from '../../local/process/ports.ts';
import { startNginx } from '../../local/servers/nginx.ts';
import { createHttpServer } from '../../shared/tier/http-server.ts';
import type { NginxOptions } from '../../nginx/config.ts';

/** A request that a stand-in for a tier received; by default it answers this as JSON. */
export type Seen = { tier: string; method: string; url: string; headers: IncomingHttpHeaders; bytes: number };

/** An answer in place of the default one, sent after `until` has resolved. */
export type Answer = {
  status?: number;
  headers?: Record<string, string>;
  text?: string;
  until?: Promise<unknown>;
};

/** Starts the real nginx in front of stand-ins that answer which tier was asked, and for what. */
export async function startFrontDoor(
  options: Pick<NginxOptions, 'limits' | 'pages' | 'publicUrl'> & {
    trustedProxies?: string[];
    /** Listen on ::1 as well. */
    overIpv6?: boolean;
    /** The sandbox provider is one of the upstreams. */
    hasSandbox?: boolean;
  } = {},
) {
  const dir = mkdtempSync(join(tmpdir(), 'front-door-'));
  const tiers = {
    publisher: await startTier('publisher'),
    realtime: await startTier('realtime'),
    general: await startTier('general'),
    sandbox: await startTier('sandbox'),
  };
  const { port } = await freePorts(['port']);
  const { overIpv6 = false, hasSandbox = false, ...config } = options;
  const nginx = await startNginx({
    ...(overIpv6 && { listen: `[::]:${port} ipv6only=off` }),
    place: placeAt(dir),
    port,
    upstreams: {
      publisher: [tiers.publisher.address],
      realtime: [tiers.realtime.address],
      general: [tiers.general.address],
      ...(hasSandbox && { sandboxPayments: [tiers.sandbox.address] }),
    },
    workers: 1,
    ...config,
  });
  return {
    port,
    /** Where nginx has its caches. */
    dir: join(placeAt(dir).dir, 'nginx'),
    tiers,
    async ask(path: string, init: RequestInit = {}) {
      const response = await fetch(nginx.url + path, init);
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parse(text) };
    },
    async stop() {
      await nginx.stop();
      for (const tier of Object.values(tiers)) await tier.stop();
      rmSync(dir, { recursive: true });
    },
  };
}

function parse(text: string): Partial<Seen> & Record<string, unknown> {
  try {
    return JSON.parse(text) as Partial<Seen>;
  } catch {
    return {};
  }
}

async function startTier(tier: string) {
  const asked: Seen[] = [];
  let answerTo: (seen: Seen) => Answer = (seen) => ({
    status: seen.url.startsWith('/api/fails') ? 503 : 200,
  });
  // With the timeouts of a tier.
  const server = createHttpServer((request, response) => {
    let bytes = 0;
    request.on('data', (data: Buffer) => (bytes += data.length));
    request.on('end', () => {
      const { method = '', url = '', headers: sent } = request;
      const seen: Seen = { tier, method, url, headers: sent, bytes };
      asked.push(seen);
      const { status = 200, headers, text = JSON.stringify(seen), until } = answerTo(seen);
      void Promise.resolve(until).then(() => {
        response.setHeader('x-request-id', 'said by the tier');
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(text);
      });
    });
  });
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request, socket) => {
    upgraded.add(socket);
    socket.on('error', () => socket.destroy());
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    if (request.url?.includes('stay') === true) socket.write(`${head}${tier}`);
    else socket.end(`${head}${tier}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** All requests so far. */
    asked,
    answer(how: (seen: Seen) => Answer) {
      answerTo = how;
    },
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await once(server, 'close');
    },
  };
}

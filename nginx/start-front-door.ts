import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeAt } from '../local/place.ts';
import { freePorts } from '../local/ports.ts';
import { startNginx } from '../local/servers/nginx.ts';
import type { NginxOptions } from './config.ts';

/** What a stand-in for a tier saw; it answers this as JSON. */
export type Seen = { tier: string; method: string; url: string; headers: IncomingHttpHeaders; bytes: number };

/** For tests: the real nginx before stand-ins that say which tier was asked, and for what. */
export async function startFrontDoor(
  options: Pick<NginxOptions, 'limits' | 'pages'> & { trustedProxies?: string[] } = {},
) {
  const dir = mkdtempSync(join(tmpdir(), 'front-door-'));
  const tiers = {
    publisher: await startTier('publisher'),
    realtime: await startTier('realtime'),
    general: await startTier('general'),
  };
  const { port } = await freePorts(['port']);
  const nginx = await startNginx({
    place: placeAt(dir),
    port,
    upstreams: {
      publisher: [tiers.publisher.address],
      realtime: [tiers.realtime.address],
      general: [tiers.general.address],
    },
    workers: 1,
    ...options,
  });
  return {
    port,
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
  const server: Server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (data: Buffer) => (bytes += data.length));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const seen: Seen = { tier, method, url, headers, bytes };
      response.setHeader('x-request-id', 'said by the tier');
      response.writeHead(url.startsWith('/api/fails') ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(seen));
    });
  });
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n${tier}`,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

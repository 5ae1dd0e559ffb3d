import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type Asked = { method: string; path: string; body: Record<string, unknown> };
export type Said = { status: number; body: Record<string, unknown> };

/** What to say instead of the truth. `truth` asks the real system; without it the system never hears of it. */
export type Lie = (asked: Asked, truth: () => Promise<Said>) => Promise<Said>;

/** A front door that passes everything on over HTTP, and says what `lie` makes of the answers. No sockets. */
export async function openLyingDoor(
  url: string,
  lie: Lie,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await text(request);
    const { method = 'GET', url: path = '/', headers } = request;
    const truth = async (): Promise<Said> => {
      const { authorization = '', 'content-type': contentType = '' } = headers;
      const real = await fetch(url + path, {
        method,
        headers: { 'content-type': contentType, ...(authorization === '' ? {} : { authorization }) },
        ...(sent === '' ? {} : { body: sent }),
      });
      return { status: real.status, body: parse(await real.text()) };
    };
    const { status, body } = await lie({ method, path, body: parse(sent) }, truth);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function parse(json: string): Record<string, unknown> {
  return json === '' ? {} : (JSON.parse(json) as Record<string, unknown>);
}

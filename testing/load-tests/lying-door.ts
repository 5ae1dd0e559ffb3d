import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type DoorRequest = { method: string; path: string; body: Record<string, unknown> };
export type DoorAnswer = { status: number; body: Record<string, unknown> };

/**
 * Returns the answer to give. `truth` forwards the request to the real system; without it, the system never gets it.
 */
export type Lie = (request: DoorRequest, truth: () => Promise<DoorAnswer>) => Promise<DoorAnswer>;

/** A proxy to the real front door that answers what `lie` returns. HTTP only, no sockets. */
export async function openLyingDoor(
  url: string,
  lie: Lie,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestBody = await text(request);
    const { method = 'GET', url: path = '/', headers } = request;
    const truth = async (): Promise<DoorAnswer> => {
      const { authorization = '', 'content-type': contentType = '' } = headers;
      const trueAnswer = await fetch(url + path, {
        method,
        headers: { 'content-type': contentType, ...(authorization === '' ? {} : { authorization }) },
        ...(requestBody === '' ? {} : { body: requestBody }),
      });
      return { status: trueAnswer.status, body: parse(await trueAnswer.text()) };
    };
    const { status, body } = await lie({ method, path, body: parse(requestBody) }, truth);
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

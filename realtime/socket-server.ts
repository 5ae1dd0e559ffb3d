/**
 * Sockets of pages. They speak Socket.IO 5 over a websocket; this is as much of its server as they need, on `ws` alone,
 * since the library keeps several times the memory for each of them (docs/decisions/020-sockets-on-ws.md).
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type Server } from 'ws';
import { Refused } from './authenticate.ts';
import { Client } from './client.ts';
import { answered, decode, farewell, greeting, joined, ping, refused, type Incoming } from './wire.ts';

export type SocketHandlers = {
  /** Whether this one may come now. */
  admits: (request: IncomingMessage) => boolean;
  opened: (client: Client, request: IncomingMessage) => void;
  /** @throws {Refused} */
  joins: (client: Client, auth: unknown) => void;
  /** `answer` is undefined when none is asked for. */
  event: (
    client: Client,
    event: string,
    payload: unknown,
    answer: ((value: unknown) => void) | undefined,
  ) => void;
  /** Of a client that had joined. */
  left: (client: Client) => void;
};

/** Bytes of a client's message; the longest we know is forty. */
const maxMessage = 16 * 1024;
/**
 * Bytes that may wait for a client, some maps of the largest drop. They are in our memory; who leaves more of them
 * unread is cut off, and asks again if it is a page on a slow line.
 */
const maxUnread = 2 ** 20;
/** Beats a client has for saying who it is; between two pings; and for answering one. */
const joinBeats = 5;
const pingBeats = 25;
const pongBeats = 20;

const path = /^\/socket\.io\/?(?:\?(.*))?$/;

export class SocketServer {
  readonly #handlers: SocketHandlers;
  readonly #sockets: Server<typeof Client>;
  readonly #beating: NodeJS.Timeout;
  readonly #beatMs: number;
  #beat = 0;

  /** `beatMs`: milliseconds of a beat. */
  constructor(server: HttpServer, handlers: SocketHandlers, { beatMs = 1_000 } = {}) {
    this.#handlers = handlers;
    this.#beatMs = beatMs;
    this.#sockets = new WebSocketServer({
      noServer: true,
      WebSocket: Client,
      perMessageDeflate: false,
      maxPayload: maxMessage,
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!isOurs(request) || !handlers.admits(request)) refuse(socket);
      else
        this.#sockets.handleUpgrade(request, socket, head, (client) => {
          client.stream = socket;
          this.#open(client, request);
        });
    });
    this.#beating = setInterval(() => this.#everyBeat(), beatMs).unref();
  }

  /**
   * Answers a request to our path that is no websocket, as Engine.IO does; false when it is for something else. Long
   * polling would tie a client to one process; where sockets do not get through, HTTP says the same.
   */
  static answerPolling({ url = '' }: IncomingMessage, res: ServerResponse): boolean {
    if (!path.test(url)) return false;
    res.writeHead(400, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ code: 0, message: 'Transport unknown' }));
    return true;
  }

  /** The client is told not to come back by itself, as it does when only the connection is lost. */
  static dismiss(client: Client): void {
    client.send(farewell);
    client.close();
  }

  stop(): void {
    clearInterval(this.#beating);
    for (const client of this.#sockets.clients) client.terminate();
    this.#sockets.close();
  }

  #open(client: Client, request: IncomingMessage): void {
    this.#await(client, 'join', joinBeats);
    this.#handlers.opened(client, request);
    // The same functions for all of them; `ws` calls each with its socket.
    client.on('message', this.#onMessage);
    client.on('close', this.#onClose);
    client.on('error', ignore); // it closes too, and that is heard of
    const [pingMs, pongMs] = [pingBeats * this.#beatMs, pongBeats * this.#beatMs];
    client.send(greeting(randomUUID(), { pingMs, pongMs, maxMessage }));
  }

  readonly #onMessage = ((server: SocketServer) =>
    function (this: unknown, data: Buffer, isBinary: boolean): void {
      const client = this as Client;
      // Bytes belong to an event that was refused for having some.
      if (isBinary && client.allowance !== undefined) return;
      server.#take(client, isBinary ? { kind: 'junk' } : decode(data.toString()));
    })(this);

  readonly #onClose = ((server: SocketServer) =>
    function (this: unknown): void {
      const client = this as Client;
      if (client.allowance !== undefined) server.#handlers.left(client);
    })(this);

  #take(client: Client, incoming: Incoming): void {
    if (!client.isOpen || cutOffIfUnread(client)) return;
    switch (incoming.kind) {
      case 'pong':
        if (client.due === 'pong') this.#await(client, 'ping', pingBeats);
        return;
      case 'join':
        this.#join(client, incoming.auth);
        return;
      case 'join elsewhere':
        client.send(refused({ message: 'Invalid namespace' }, incoming.namespace));
        return;
      case 'event': {
        // Before it has said who it is, a client has nothing to say.
        if (client.allowance === undefined) break;
        const { id, event, args } = incoming;
        const answer =
          id === undefined
            ? undefined
            : (value: unknown) => {
                // Before it becomes text: many answers may be due at once.
                if (client.isOpen && !cutOffIfUnread(client)) client.send(answered(id, value));
              };
        this.#handlers.event(client, event, args[0], answer);
        return;
      }
      case 'leave':
      case 'junk':
        break;
    }
    client.close();
  }

  #join(client: Client, auth: unknown): void {
    if (client.allowance !== undefined) return;
    try {
      this.#handlers.joins(client, auth);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      client.send(refused({ message: error.message, data: error.data }));
      return;
    }
    client.credentials = undefined;
    this.#await(client, 'ping', pingBeats);
    client.send(joined(randomUUID()));
  }

  #await(client: Client, due: Client['due'], beats: number): void {
    client.due = due;
    client.dueAt = this.#beat + beats;
  }

  #everyBeat(): void {
    this.#beat += 1;
    for (const client of this.#sockets.clients) {
      if (cutOffIfUnread(client) || client.dueAt > this.#beat) continue;
      if (client.due === 'ping') {
        this.#await(client, 'pong', pongBeats);
        if (client.isOpen) client.send(ping);
      } else {
        // Nobody is there any more, or not who we talk to.
        client.terminate();
      }
    }
  }
}

function cutOffIfUnread(client: Client): boolean {
  if (client.bufferedAmount <= maxUnread) return false;
  client.terminate();
  return true;
}

function isOurs({ url, method }: IncomingMessage): boolean {
  const query = path.exec(url ?? '')?.[1];
  if (query === undefined || method !== 'GET') return false;
  const asked = new URLSearchParams(query);
  return asked.get('EIO') === '4' && asked.get('transport') === 'websocket';
}

function refuse(socket: Duplex): void {
  socket.on('error', ignore);
  socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
}

function ignore(): void {}

/**
 * An HTTP server that by itself reads and answers what comes whole and plain, one request at a time, as entries do from
 * behind the front door: in node:http that costs more than all else about an entry (docs/decisions/026). At the first
 * thing that is anything else a connection becomes node:http's, for good.
 */
import {
  Server,
  STATUS_CODES,
  type RequestListener,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { readWhole, type WholeRequest } from './whole-request.ts';

/** `fields`: as they go out, the length of the body among them; see fieldLines. */
export type Answer = { status: number; fields: string; body: string };

export function fieldLines(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

/** For node:http. */
export function send(res: ServerResponse, { status, fields, body }: Answer): void {
  if (res.destroyed) return;
  const lines = fields.split('\r\n').slice(0, -1);
  res.writeHead(
    status,
    lines.flatMap((line) => line.split(/: (.*)/, 2)),
  );
  res.end(body);
}

/**
 * Milliseconds for the rest of a request whose head is here: the front door passes a body on as it comes. Who takes longer
 * is node:http's to wait for, which has a limit for all of it.
 */
const partWaitMs = 1_000;

/** Never rejects. */
export type Answerer = (request: WholeRequest) => Promise<Answer>;

export class FastLaneServer extends Server {
  readonly #lane = new Set<Connection>();

  constructor(options: ServerOptions, answer: Answerer, otherwise: RequestListener) {
    super(options, otherwise);
    // A server takes any connection that it is told of by this event; so says its documentation.
    const [takeOver] = this.listeners('connection');
    this.removeAllListeners('connection');
    this.on('connection', (socket: Socket) => {
      const connection = new Connection(socket, {
        answer,
        isStopping: () => !this.listening,
        handOver: () => takeOver!.call(this, socket),
        onGone: () => this.#lane.delete(connection),
        patience: { first: this.headersTimeout, next: this.keepAliveTimeout },
      });
      this.#lane.add(connection);
    });
  }

  override closeIdleConnections(): void {
    super.closeIdleConnections();
    for (const connection of this.#lane) connection.closeIfIdle();
  }
}

type ConnectionOptions = {
  answer: Answerer;
  isStopping: () => boolean;
  handOver: () => void;
  /** Closed, or handed over. */
  onGone: () => void;
  /** Milliseconds without a request, before the first and after it. */
  patience: { first: number; next: number };
};

class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #listeners = {
    data: (chunk: Buffer) => this.#take(chunk),
    end: () => this.#end(),
    timeout: () => this.closeIfIdle(),
    error: () => this.#socket.destroy(),
    close: () => {
      clearTimeout(this.#part?.wait);
      this.#options.onGone();
    },
  };
  #busy = false;
  #answered = false;
  /** Nothing more is asked on it. */
  #ended = false;
  /** Came before the last request was answered. */
  #early: Buffer | undefined;
  /** A request of which the rest is on its way, and what ends the wait for it. */
  #part: { chunk: Buffer; wait: NodeJS.Timeout } | undefined;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
    socket.setTimeout(options.patience.first);
  }

  closeIfIdle(): void {
    if (!this.#busy && !this.#part) this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#busy) {
      // Answers have to keep the order; node:http sees to that.
      this.#early = chunk;
      this.#socket.pause();
      return;
    }
    const all = this.#part ? Buffer.concat([this.#part.chunk, chunk]) : chunk;
    const request = readWhole(all);
    if (!request) {
      this.#handOver(all);
      return;
    }
    if ('missing' in request) {
      const wait = this.#part?.wait ?? setTimeout(() => this.#handOver(this.#part!.chunk), partWaitMs);
      this.#part = { chunk: all, wait };
      return;
    }
    clearTimeout(this.#part?.wait);
    this.#part = undefined;
    this.#busy = true;
    void this.#options.answer(request).then((answer) => this.#send(answer));
  }

  #send(answer: Answer): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    this.#busy = false;
    if (!this.#answered) socket.setTimeout(this.#options.patience.next);
    this.#answered = true;
    // A server that stops says with the last answer that the connection ends.
    const last = this.#options.isStopping();
    const taken = socket.write(asText(answer, last));
    if (last || this.#ended) {
      socket.end();
    } else if (this.#early) {
      this.#handOver(this.#early);
    } else if (!taken) {
      // Who does not read its answers gets no more of them.
      socket.pause();
      socket.once('drain', () => socket.resume());
    }
  }

  #end(): void {
    this.#ended = true;
    if (!this.#busy) this.#socket.end();
  }

  #handOver(unread: Buffer): void {
    const socket = this.#socket;
    clearTimeout(this.#part?.wait);
    this.#part = undefined;
    for (const [event, listener] of Object.entries(this.#listeners)) socket.off(event, listener);
    socket.setTimeout(0);
    this.#options.onGone();
    this.#options.handOver();
    socket.unshift(unread);
    socket.resume();
  }
}

function asText({ status, fields, body }: Answer, last: boolean): string {
  const connection = last ? 'connection: close\r\n' : '';
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ndate: ${httpDate()}\r\n${fields}${connection}\r\n${body}`;
}

let second = 0;
let ofSecond = '';

/** Made once a second. */
function httpDate(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    ofSecond = new Date(now * 1000).toUTCString();
  }
  return ofSecond;
}

/**
 * Keep-alive HTTP/1.1 connections with one request under way on each, as bare as can be: the sender shares its core
 * with the servers, and what it spends is missing there. Requests come as bytes made beforehand.
 */
import { connect, type Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';

export type Offered = {
  seconds: number;
  /** By status. */
  answers: Map<number, number>;
  /** Milliseconds from request to answer. */
  p50: number;
  p99: number;
};

const headEnd = Buffer.from('\r\n\r\n');

/** One connection. What is sent must have been answered before the next. */
export class HttpConnection {
  readonly #socket: Socket;
  #received: Buffer | undefined;
  #onStatus: ((status: number) => void) | undefined;

  private constructor(socket: Socket, onFault: (error: Error) => void) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk, onFault));
    socket.once('error', onFault);
    socket.once('end', () => onFault(new Error('the server closed a connection')));
  }

  static open(port: number, onFault: (error: Error) => void): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new HttpConnection(socket, onFault));
      });
      socket.once('error', reject);
    });
  }

  send(request: Buffer, onStatus: (status: number) => void): void {
    this.#onStatus = onStatus;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer, onFault: (error: Error) => void): void {
    this.#received = this.#received ? Buffer.concat([this.#received, chunk]) : chunk;
    const status = statusOfWhole(this.#received);
    if (status === undefined) return;
    this.#received = undefined;
    if (status === 0) onFault(new Error('an answer without a length'));
    else this.#onStatus?.(status);
  }
}

/**
 * Each connection sends its next request as soon as it has its answer, until the time is over or there is no more.
 * @throws when a connection is lost
 */
export async function offer(options: {
  port: number;
  connections: number;
  seconds?: number;
  /** The next request of all. */
  next: () => Buffer | undefined;
}): Promise<Offered> {
  const { port, connections, seconds = Infinity, next } = options;
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const opened = await Promise.all(
    Array.from({ length: connections }, () => HttpConnection.open(port, fail)),
  );
  const answers = new Map<number, number>();
  const latency = createHistogram();
  const since = performance.now();
  const until = since + seconds * 1000;
  const keepSending = (connection: HttpConnection): Promise<void> =>
    new Promise((resolve) => {
      const sendNext = () => {
        const request = performance.now() < until ? next() : undefined;
        if (!request) {
          resolve();
          return;
        }
        const sentAt = process.hrtime.bigint();
        connection.send(request, (status) => {
          latency.record(process.hrtime.bigint() - sentAt);
          answers.set(status, (answers.get(status) ?? 0) + 1);
          sendNext();
        });
      };
      sendNext();
    });
  try {
    await Promise.race([Promise.all(opened.map(keepSending)), failed]);
    return {
      seconds: (performance.now() - since) / 1000,
      answers,
      p50: latency.percentile(50) / 1e6,
      p99: latency.percentile(99) / 1e6,
    };
  } finally {
    for (const connection of opened) connection.close();
  }
}

/** The status of an answer that has come whole; undefined while some of it is missing, 0 when nobody can tell. */
function statusOfWhole(received: Buffer): number | undefined {
  const at = received.indexOf(headEnd);
  if (at < 0) return undefined;
  const head = received.toString('latin1', 0, at);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) return 0;
  if (received.length < at + headEnd.length + Number(length)) return undefined;
  return Number(head.slice(9, 12));
}

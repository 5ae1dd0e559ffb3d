/**
 * A minimal keep-alive HTTP/1.1 connection: in benchmarks the load generator shares cores with the servers, so its CPU
 * time would be missing there. Requests are bytes that are made beforehand.
 */
import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');

type OnAnswer = (status: number, head: string) => void;

/** Answers arrive in the order of the requests; several requests may be in flight (pipelining). */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #waiting: OnAnswer[] = [];
  #received: Buffer | undefined;

  private constructor(socket: Socket, onFault: (error: Error) => void) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk, onFault));
    socket.on('error', onFault);
    socket.once('end', () => onFault(new Error('the server closed a connection')));
  }

  /** @param onFault is called if the connection is lost or an answer cannot be read; possibly more than once */
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

  get unanswered(): number {
    return this.#waiting.length;
  }

  send(request: Buffer, onAnswer: OnAnswer): void {
    this.#waiting.push(onAnswer);
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer, onFault: (error: Error) => void): void {
    let rest = this.#received ? Buffer.concat([this.#received, chunk]) : chunk;
    for (;;) {
      const answer = readAnswer(rest);
      if (!answer) break;
      if (Number.isNaN(answer.bytes)) return onFault(new Error('an answer without a length'));
      rest = rest.subarray(answer.bytes);
      this.#waiting.shift()?.(answer.status, answer.head);
    }
    this.#received = rest.length > 0 ? rest : undefined;
  }
}

/** Reads the first answer; undefined while it is incomplete. `bytes` is NaN if it has no Content-Length. */
function readAnswer(received: Buffer): { status: number; head: string; bytes: number } | undefined {
  const headBytes = received.indexOf(headEnd);
  if (headBytes < 0) return undefined;
  const head = received.toString('latin1', 0, headBytes);
  const bytes = headBytes + headEnd.length + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? NaN);
  if (received.length < bytes) return undefined;
  return { status: Number(head.slice(9, 12)), head, bytes };
}

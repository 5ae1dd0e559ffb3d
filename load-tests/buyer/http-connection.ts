/**
 * A keep-alive HTTP/1.1 connection, as bare as can be: in benchmarks the sender shares cores with the servers, and what
 * it spends is missing there. Requests are bytes made beforehand.
 */
import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');

type OnAnswer = (status: number, head: string) => void;

/** One connection. Answers come in the order of the requests; several may be unanswered. */
export class HttpConnection {
  readonly #socket: Socket;
  readonly #waiting: OnAnswer[] = [];
  #received: Buffer | undefined;

  private constructor(socket: Socket, onFault: (error: Error) => void) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk, onFault));
    socket.on('error', onFault);
    socket.once('end', () => onFault(new Error('the server closed a connection')));
  }

  /** @param onFault is called when the connection is lost, or an answer cannot be read; maybe more than once */
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

  #take(chunk: Buffer, onFault: (error: Error) => void): void {
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

/** The first answer of what was received; undefined while some of it is missing. `bytes` is NaN if it has no length. */
function readAnswer(received: Buffer): { status: number; head: string; bytes: number } | undefined {
  const at = received.indexOf(headEnd);
  if (at < 0) return undefined;
  const head = received.toString('latin1', 0, at);
  const bytes = at + headEnd.length + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? NaN);
  if (received.length < bytes) return undefined;
  return { status: Number(head.slice(9, 12)), head, bytes };
}

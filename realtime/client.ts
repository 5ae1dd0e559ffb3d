import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Allowance } from './allowance.ts';
import type { Credentials, SocketSession } from './authenticate.ts';

const nothing: readonly number[] = [];

/** One open socket, with the little that is kept of it: there are tens of thousands. */
export class Client extends WebSocket {
  /** What it goes down. */
  stream: Duplex | undefined = undefined;
  /** What the request that opened it said; let go once the client has joined. */
  credentials: Credentials | undefined = undefined;
  /** Undefined for somebody who is not signed in: they see drops, and nothing that is anybody's own. */
  session: SocketSession | undefined = undefined;
  /** From when it has joined. */
  allowance: Allowance | undefined = undefined;
  watchedDrops: readonly number[] = nothing;
  /** The beat of the server at which something has to have happened, and what that is. */
  dueAt = 0;
  due: 'join' | 'ping' | 'pong' = 'join';

  get isOpen(): boolean {
    return this.readyState === WebSocket.OPEN;
  }

  /** A whole frame, made once for all who get it (wire.ts). The library would make one for each. */
  write(frame: Buffer): void {
    if (this.isOpen) this.stream?.write(frame);
  }
}

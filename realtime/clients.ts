import type { DefaultEventsMap, Server, Socket } from 'socket.io';
import type { ClientEvents, ServerEvents } from '../shared/realtime-events.ts';
import type { Allowance } from './allowance.ts';
import type { SocketSession } from './authenticate.ts';

/** What we keep beside a socket. */
export type Attached = { session?: SocketSession | undefined };

export type SocketServer = Server<ClientEvents, ServerEvents, DefaultEventsMap, Attached>;
export type ClientSocket = Socket<ClientEvents, ServerEvents, DefaultEventsMap, Attached>;

/** One open socket. */
export type Client = {
  readonly socket: ClientSocket;
  /** Undefined for somebody who is not signed in: they see drops, and nothing that is anybody's own. */
  readonly session: SocketSession | undefined;
  readonly watchedDrops: Set<number>;
  readonly allowance: Allowance;
};

/** Who is connected to this process. Plain maps rather than Socket.IO's rooms, whose memory is per socket. */
export class Clients {
  readonly #all = new Set<Client>();
  readonly #byUser = new Map<number, Client[]>();

  get size(): number {
    return this.#all.size;
  }

  add(client: Client): void {
    this.#all.add(client);
    if (!client.session) return;
    const { userId } = client.session;
    const others = this.#byUser.get(userId);
    if (others) others.push(client);
    else this.#byUser.set(userId, [client]);
  }

  remove(client: Client): void {
    this.#all.delete(client);
    if (!client.session) return;
    const { userId } = client.session;
    const rest = this.of(userId).filter((other) => other !== client);
    if (rest.length > 0) this.#byUser.set(userId, rest);
    else this.#byUser.delete(userId);
  }

  /** All sockets of a user, be it in several tabs or on several devices. */
  of(userId: number): readonly Client[] {
    return this.#byUser.get(userId) ?? [];
  }

  [Symbol.iterator](): Iterator<Client> {
    return this.#all.values();
  }
}

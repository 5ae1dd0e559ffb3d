import type { Client } from './client.ts';

/** Who is connected to this process. */
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

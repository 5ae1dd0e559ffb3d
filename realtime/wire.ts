import type { ServerEvents } from '../shared/realtime-events.ts';
import type { Client } from './clients.ts';

/** An event as it goes down the wire, made once for all who get it. */
export type Packet = { event: keyof ServerEvents; text: string };

/** Socket.IO protocol 5: `2` is an event of the main namespace, and needs no acknowledgement. */
export function encodeEvent<E extends keyof ServerEvents>(
  event: E,
  ...payload: Parameters<ServerEvents[E]>
): Packet {
  return { event, text: `2${JSON.stringify([event, ...payload])}` };
}

export function send(client: Client, { text }: Packet): void {
  client.socket.conn.write(text);
}

/** Whether the client has taken what it was sent before. What waits for a slow one is kept in our memory. */
export function keepsUp(client: Client): boolean {
  return client.socket.conn.transport.writable;
}

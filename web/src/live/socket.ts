/** The tab's socket. The session is a cookie of the handshake, so a new session needs a new connection. */
import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ServerEvents } from '@seatdrop/shared/messages/realtime-events.ts';

export type LiveSocket = Socket<ServerEvents, ClientEvents>;

export function openSocket(): LiveSocket {
  return io({
    transports: ['websocket'],
    autoConnect: false,
    forceNew: true,
    timeout: 6_000,
    reconnectionDelay: 500,
    reconnectionDelayMax: 10_000,
    randomizationFactor: 0.5,
  });
}

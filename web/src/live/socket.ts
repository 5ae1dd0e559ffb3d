/** The one socket of this tab. The session travels as a cookie, so a new session needs a new connection. */
import { io, type Socket } from 'socket.io-client';
import type {
  ClientEvents as SharedClientEvents,
  ServerEvents as SharedServerEvents,
  WatchAnswer as SharedWatchAnswer,
} from '../../../shared/realtime-events.ts';

type WatchAnswer = SharedWatchAnswer & { seats?: string[] };

/** Changed rows of a drop: index and the row anew. */
export type SeatNews = { dropId: number; rows: [index: number, seats: string][] };

export type ServerEvents = SharedServerEvents & { 'drop:seats': (news: SeatNews) => void };
export type ClientEvents = Omit<SharedClientEvents, 'drop:watch'> & {
  'drop:watch': (request: { dropId: number; seats?: true }, answer: (answer: WatchAnswer) => void) => void;
};
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

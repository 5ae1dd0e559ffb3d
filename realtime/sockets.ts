/** The types of our Socket.IO server, its rooms, and how much waits unsent for a socket. */
import type { Socket as TcpSocket } from 'node:net';
import type { Server, Socket } from 'socket.io';
import type { ClientEvents, InterServerEvents, ServerEvents } from '../shared/messages/realtime-events.ts';
import type { Allowance } from './allowance.ts';
import type { Credentials, SocketSession } from './authenticate.ts';

/** What is kept of a connection: the `data` of its socket once it has joined. Never sent to another process. */
export type SocketData = {
  /** The underlying TCP connection. */
  readonly stream: TcpSocket;
  /** Of the request that opened the connection; discarded once the socket has joined. */
  credentials: Credentials | undefined;
  /** Undefined for a visitor who is not signed in: they see drops, but nothing that belongs to a user. */
  session: SocketSession | undefined;
  /** Undefined until the socket has joined. */
  allowance: Allowance | undefined;
};

export type RealtimeServer = Server<ClientEvents, ServerEvents, InterServerEvents, SocketData>;
export type RealtimeSocket = Socket<ClientEvents, ServerEvents, InterServerEvents, SocketData>;
export type EngineSocket = RealtimeSocket['conn'];

/** All sockets of one user: in several tabs, on several devices. */
export const userRoom = (userId: number): string => `user:${userId}`;
/** All sockets that watch a drop. */
export const dropRoom = (dropId: number): string => `drop:${dropId}`;
/** The sockets among them that draw its seats. */
export const seatsRoom = (dropId: number): string => `seats:${dropId}`;

/** The drop whose watchers are in this room; undefined for any other room. */
export function dropOfRoom(room: string): number | undefined {
  return room.startsWith('drop:') ? Number(room.slice('drop:'.length)) : undefined;
}

const noMembers: ReadonlySet<string> = new Set();

/** Ids of the sockets of this process that are in a room. */
export function membersOf(io: RealtimeServer, room: string): ReadonlySet<string> {
  return io.sockets.adapter.rooms.get(room) ?? noMembers;
}

export function socketsIn(io: RealtimeServer, room: string): RealtimeSocket[] {
  return [...membersOf(io, room)].flatMap((id) => io.sockets.sockets.get(id) ?? []);
}

/**
 * Bytes that may wait in our memory for one connection: a few maps of the largest drop. A connection with more is
 * closed; a page on a slow line reconnects and asks for the present state.
 */
export const maxUnsentBytes = 2 ** 20;
/** Memory that a waiting message takes besides its text. */
const overheadBytes = 256;
/**
 * A socket keeps up while the kernel takes all that is written to it. Engine.IO holds messages back for a moment, until
 * its last write is confirmed; these may have this many bytes, which is less than one map of a large drop.
 */
const maxHeldBackBytes = 64 * 1024;

/** Bytes waiting in this process: those Node.js could not hand to the kernel, and messages held back by Engine.IO. */
export function unsentBytes(conn: EngineSocket, stream: TcpSocket): number {
  return stream.writableLength + heldBackBytes(conn);
}

/** Whether a socket has taken what was sent to it before. */
export function keepsUp({ conn, data }: RealtimeSocket): boolean {
  return data.stream.writableLength === 0 && heldBackBytes(conn) <= maxHeldBackBytes;
}

/** Ids of the sockets in a room that do not keep up. */
export function slowIn(io: RealtimeServer, room: string): ReadonlySet<string> {
  const slow = new Set<string>();
  for (const id of membersOf(io, room)) {
    const socket = io.sockets.sockets.get(id);
    if (socket && !keepsUp(socket)) slow.add(id);
  }
  return slow;
}

function heldBackBytes(conn: EngineSocket): number {
  // Documented by Socket.IO, private only to TypeScript.
  const { writeBuffer } = conn as unknown as { writeBuffer: readonly { data?: string }[] };
  let bytes = 0;
  for (const { data = '' } of writeBuffer) bytes += overheadBytes + Buffer.byteLength(data);
  return bytes;
}

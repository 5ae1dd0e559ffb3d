/** The types of our Socket.IO server, its rooms, and what waits unsent for a socket. */
import type { Socket as TcpSocket } from 'node:net';
import type { Server, Socket } from 'socket.io';
import type { ClientEvents, InterServerEvents, ServerEvents } from '../shared/messages/realtime-events.ts';
import type { Allowance } from './allowance.ts';
import type { Credentials, SocketSession } from './authenticate.ts';

/** What is kept of a connection; it is the `data` of its socket once it has joined. Never sent to another process. */
export type SocketData = {
  /** The TCP connection below. */
  readonly stream: TcpSocket;
  /** Of the request that opened the connection; dropped once it has joined. */
  credentials: Credentials | undefined;
  /** Undefined for a visitor who is not signed in: they see drops, and nothing that belongs to a user. */
  session: SocketSession | undefined;
  /** Undefined until it has joined. */
  allowance: Allowance | undefined;
};

export type RealtimeServer = Server<ClientEvents, ServerEvents, InterServerEvents, SocketData>;
export type RealtimeSocket = Socket<ClientEvents, ServerEvents, InterServerEvents, SocketData>;
export type EngineSocket = RealtimeSocket['conn'];

/** All sockets of one user: in several tabs, on several devices. */
export const userRoom = (userId: number): string => `user:${userId}`;
/** All sockets that watch a drop. */
export const dropRoom = (dropId: number): string => `drop:${dropId}`;
/** Of these the sockets that draw its seats. */
export const seatsRoom = (dropId: number): string => `seats:${dropId}`;

/** The drop whose watchers are in this room; undefined for any other room. */
export function dropOfRoom(room: string): number | undefined {
  return room.startsWith('drop:') ? Number(room.slice('drop:'.length)) : undefined;
}

const nobody: ReadonlySet<string> = new Set();

/** Ids of the sockets of this process that are in a room. */
export function membersOf(io: RealtimeServer, room: string): ReadonlySet<string> {
  return io.sockets.adapter.rooms.get(room) ?? nobody;
}

export function socketsIn(io: RealtimeServer, room: string): RealtimeSocket[] {
  return [...membersOf(io, room)].flatMap((id) => io.sockets.sockets.get(id) ?? []);
}

/**
 * Bytes that may wait unsent for a connection: a few maps of the largest drop. They are kept in our memory. A connection
 * with more is closed; a page on a slow line connects again and asks for the present state.
 */
export const maxUnsentBytes = 2 ** 20;
/** What a message that waits costs beside its text. */
const messageBytes = 256;
/**
 * A socket keeps up while the kernel takes all that is written to it. What Engine.IO holds back until its last write is
 * confirmed, a moment later, may be this many bytes: less than one map of a large drop.
 */
const maxHeldBackBytes = 64 * 1024;

/** Bytes that wait in this process: those Node.js could not hand to the kernel, and the messages Engine.IO holds back. */
export function unsentBytes(conn: EngineSocket, stream: TcpSocket): number {
  return stream.writableLength + heldBackBytes(conn);
}

/** Whether a socket has taken what it was sent before. */
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
  for (const { data = '' } of writeBuffer) bytes += messageBytes + Buffer.byteLength(data);
  return bytes;
}

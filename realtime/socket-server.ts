/**
 * The Socket.IO server for pages: websockets only, with limits on what a connection may send, how many sockets a user
 * may have, and how much may wait unsent (docs/decisions/030-sockets-on-socket-io.md).
 */
import { ServerResponse, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server, type ServerOptions } from 'socket.io';
import { usualLimits } from '../shared/http/front-door-limits.ts';
import { Allowance } from './allowance.ts';
import { Refused, type Credentials, type SocketSession } from './authenticate.ts';
import {
  maxUnsentBytes,
  membersOf,
  unsentBytes,
  userRoom,
  type EngineSocket,
  type RealtimeServer,
  type RealtimeSocket,
  type SocketData,
} from './sockets.ts';

export type SocketServerDeps = {
  /** Whether a connection may be opened now. */
  admits: (request: IncomingMessage) => boolean;
  readCredentials: (request: IncomingMessage) => Credentials;
  /**
   * Undefined for a visitor who is not signed in.
   * @throws {Refused}
   */
  authenticate: (auth: unknown, credentials: Credentials | undefined) => SocketSession | undefined;
  onRefused?: (code: Refused['data']['code']) => void;
};

export type SocketServer = {
  io: RealtimeServer;
  /** Closes all connections at once. */
  stop: () => Promise<void>;
};

/** Maximum size of a message from a client; the longest message of a page has 40 bytes. */
const maxMessageBytes = 16 * 1024;
/** Beats (1 s each, except in tests) in which a connection has to join. */
const joinBeats = 5;
/** Beats between two pings. */
const pingBeats = 25;
/** Beats in which a ping has to be answered. */
const pongBeats = 20;
/** Sockets of one user on this process. nginx counts them by cookie and header, and cannot see `auth.token`. */
const maxSocketsPerUser = usualLimits.socketsPerToken;

const path = '/socket.io';
const ownUrl = /^\/socket\.io\/?\?(.*)$/;
/**
 * First characters of the messages that a page may send: join, leave, event, event with bytes. It may not send
 * acknowledgements, since the server never asks for one.
 */
const expectedKinds = '0125';

/** Replaces a socket's handshake once it has joined; otherwise its token and headers stay in memory while it lives. */
const noHandshake = Object.freeze({
  auth: {},
  headers: {},
  query: {},
}) as unknown as RealtimeSocket['handshake'];

/**
 * `beatMs`: length of a beat in milliseconds. `adapter`: how this process reaches the sockets of other processes;
 * without one it reaches only its own.
 */
export function createSocketServer(
  http: HttpServer,
  { admits, readCredentials, authenticate, onRefused }: SocketServerDeps,
  { beatMs = 1_000, adapter }: { beatMs?: number; adapter?: ServerOptions['adapter'] } = {},
): SocketServer {
  const connections = new Map<EngineSocket, SocketData>();
  /** Closed by us since the last beat. Their clients have one to two beats to complete the closing handshake. */
  let closing: TcpSocket[] = [];
  let overdue: TcpSocket[] = [];

  const io: RealtimeServer = new Server(http, {
    path,
    addTrailingSlash: false,
    destroyUpgrade: false,
    serveClient: false,
    transports: ['websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: maxMessageBytes,
    connectTimeout: joinBeats * beatMs,
    pingInterval: pingBeats * beatMs,
    pingTimeout: pongBeats * beatMs,
    ...(adapter && { adapter }),
  });
  // Engine.IO leaves upgrade requests for other paths without an answer.
  http.on('upgrade', ({ url }: IncomingMessage, stream: Duplex) => {
    if (url?.startsWith(path) !== true) refuse(stream);
  });
  io.engine.use((request: IncomingMessage, response: unknown, next: (error?: Error) => void) => {
    // Engine.IO keeps the response to an upgrade for as long as the connection lives, and with it the request.
    if (!(response instanceof ServerResponse)) delete (response as { req?: IncomingMessage }).req;
    next(isHandshake(request) && admits(request) ? undefined : new Error('refused'));
  });

  io.engine.on('connection', (conn: EngineSocket) => {
    const { request } = conn;
    const stream = request.socket;
    connections.set(conn, {
      stream,
      credentials: readCredentials(request),
      session: undefined,
      allowance: undefined,
    });
    // The request takes several kilobytes and is not read any more.
    (conn as { request: IncomingMessage | null }).request = null;
    conn.on('data', onMessage);
    conn.on('close', onClose);
  });
  function onMessage(this: EngineSocket, message: unknown): void {
    if (typeof message === 'string' && !expectedKinds.includes(message.charAt(0))) this.close();
  }
  function onClose(this: EngineSocket): void {
    const stream = connections.get(this)?.stream;
    connections.delete(this);
    if (stream && !stream.destroyed) closing.push(stream);
  }

  io.use((socket, next) => {
    const connection = connections.get(socket.conn);
    // A client that joins repeatedly at once would get several sockets for one connection.
    if (!connection || connection.allowance) {
      socket.conn.close();
      next(new Refused('invalid_request'));
      return;
    }
    try {
      connection.session = authenticate(socket.handshake.auth, connection.credentials);
      if (connection.session) {
        const room = userRoom(connection.session.userId);
        if (membersOf(io, room).size >= maxSocketsPerUser) throw new Refused('too_many_connections');
        // Joins the room here rather than later, so that concurrent handshakes are counted.
        void socket.join(room);
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      onRefused?.(error.data.code);
      next(error);
      return;
    }
    connection.credentials = undefined;
    connection.allowance = new Allowance(performance.now());
    socket.data = connection;
    (socket as { handshake: typeof noHandshake }).handshake = noHandshake;
    next();
  });

  io.on('connection', (socket) => {
    // A socket that has left the namespace would otherwise keep its connection.
    socket.on('disconnect', closeConnection);
    socket.use((event, next) => {
      if (cutOffIfUnread(socket)) return;
      const answer = event.at(-1) as unknown;
      const reply = typeof answer === 'function' ? answerTo(socket, answer as Answer) : unasked;
      // Every event counts, whether or not there is a listener for it.
      const verdict = socket.data.allowance?.take(performance.now());
      if (verdict === 'flood') socket.disconnect(true);
      else if (verdict === 'refused') reply({ ok: false, code: 'too_many_requests' });
      else {
        // Listeners get exactly one payload and one function, whatever the client sent.
        event.splice(1, event.length, event[1] === answer ? undefined : event[1], reply);
        next();
      }
    });
  });

  const beating = setInterval(() => {
    for (const [conn, { stream }] of connections) {
      if (unsentBytes(conn, stream) > maxUnsentBytes) stream.destroy();
    }
    for (const stream of overdue) stream.destroy();
    overdue = closing;
    closing = [];
  }, beatMs).unref();

  return {
    io,
    async stop() {
      clearInterval(beating);
      for (const stream of [...overdue, ...closing]) stream.destroy();
      for (const { stream } of connections.values()) stream.destroy();
      await io.close();
    },
  };
}

function closeConnection(this: RealtimeSocket): void {
  this.conn.close();
}

/**
 * Long polling is refused, since it would tie a client to one process. `sid` occurs only in an upgrade from long
 * polling to a websocket.
 */
function isHandshake({ url = '' }: IncomingMessage): boolean {
  const query = ownUrl.exec(url)?.[1];
  const asked = new URLSearchParams(query);
  return asked.get('EIO') === '4' && asked.get('transport') === 'websocket' && !asked.has('sid');
}

type Answer = (value: unknown) => void;

/** Answers unless the client has disconnected or does not read what it asked for. */
function answerTo(socket: RealtimeSocket, answer: Answer): Answer {
  return (value) => {
    // Checked before the answer is encoded, since many answers may be due at once.
    if (socket.connected && !cutOffIfUnread(socket)) answer(value);
  };
}

/** Used if the client asked for no answer. */
function unasked(): void {}

function cutOffIfUnread({ conn, data }: RealtimeSocket): boolean {
  if (unsentBytes(conn, data.stream) <= maxUnsentBytes) return false;
  data.stream.destroy();
  return true;
}

function refuse(stream: Duplex): void {
  stream.on('error', () => {});
  stream.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
}

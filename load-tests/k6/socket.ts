/** The part of Socket.IO's protocol (Engine.IO 4, Socket.IO 5, WebSocket only) that a buyer's page uses. */
import { clearTimeout, setTimeout } from 'k6/timers';
import { WebSocket } from 'k6/websockets';
import { headersOf } from './http.ts';
import { baseUrl } from './settings.ts';
import { createAcks } from './plain/acks.ts';
import type { TestBuyer } from './plain/buyers-file.ts';

export type BuyerSocket = {
  emitWithAck: (event: string, payload: unknown) => Promise<unknown>;
  close: () => void;
};

export type SocketHandlers = {
  onEvent: (event: string, payload: unknown) => void;
  /** The connection was lost, not closed by `close`. */
  onLost: () => void;
  /** A ping of the server was answered. */
  onPing?: () => void;
};

/** Timeout for connecting and for an acknowledgement. */
const timeoutMs = 20_000;

function startTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

const address = `${baseUrl.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`;

/** Resolves when the server has accepted the session; rejects if the connection fails. */
export function connectSocket(buyer: TestBuyer, handlers: SocketHandlers): Promise<BuyerSocket> {
  const { onEvent, onLost, onPing } = handlers;
  let state: 'connecting' | 'open' | 'closed' = 'connecting';

  return new Promise((resolve, reject) => {
    const ws = new WebSocket(address, null, { headers: headersOf(buyer), tags: { name: 'socket' } });
    let missing = 'the answer to the upgrade';
    const late = () => fail(new Error(`the socket did not connect in time: ${missing} did not come`));
    const timer = setTimeout(late, timeoutMs);
    const end = (error: Error) => {
      clearTimeout(timer);
      if (state !== 'closed') ws.close();
      state = 'closed';
      acks.fail(error);
    };
    const fail = (error: Error) => {
      const previous = state;
      end(error);
      if (previous === 'connecting') reject(error);
      if (previous === 'open') onLost();
    };
    const acks = createAcks({ send: (packet) => ws.send(packet), startTimer, timeoutMs });

    // Handlers are properties because addEventListener needs an enum that exists only in k6's types.
    // A page sends 40 after the server's open packet. This client does not wait for that packet: it follows the
    // handshake at once, and k6 (1.8) drops messages that arrive before it has called onopen.
    ws.onopen = () => {
      missing = 'the answer to the join';
      ws.send('40');
    };
    ws.onerror = (event) => fail(new Error(event?.error ?? 'the socket failed'));
    ws.onclose = () => fail(new Error('the socket was closed'));
    ws.onmessage = (event) => {
      const message = typeof event?.data === 'string' ? event.data : '';
      const kind = message.slice(0, 2);
      // The first digit is the packet type of Engine.IO, the second that of Socket.IO.
      if (message === '2') {
        ws.send('3');
        onPing?.();
      } else if (kind === '40') {
        clearTimeout(timer);
        state = 'open';
        resolve({ emitWithAck: acks.emit, close: () => end(new Error('closed by the client')) });
      } else if (kind === '42') {
        const [name, payload] = JSON.parse(message.slice(2)) as [string, unknown];
        onEvent(name, payload);
      } else if (kind === '43') {
        acks.receive(message);
      } else if (kind === '44') fail(new Error(`the socket was refused: ${message.slice(2)}`));
      else if (kind === '41') fail(new Error('the server disconnected the socket'));
    };
  });
}

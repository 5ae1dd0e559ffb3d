/**
 * The part of Socket.IO's protocol (Engine.IO 4, Socket.IO 5, WebSocket only) that a buyer needs. The real client
 * needs several times the memory and CPU time, and one process runs thousands of buyers.
 */
import { WebSocket } from 'ws';
import type {
  AnswerTo,
  ClientEvents,
  RequestOf,
  ServerEvents,
} from '../../shared/messages/realtime-events.ts';
import { createAcks } from '../k6/plain/acks.ts';

export type BuyerSocket = {
  emitWithAck: <E extends keyof ClientEvents>(event: E, request: RequestOf<E>) => Promise<AnswerTo<E>>;
  close: () => void;
};

export type SocketHandlers = {
  onEvent: (event: keyof ServerEvents, payload: unknown) => void;
  /** An event about the drop itself. There can be thousands per second, so the payload is not parsed. */
  onDropEvent?: () => void;
  /** The connection was lost, not closed by `close`. */
  onLost: () => void;
};

const usualTimeoutMs = 20_000;

function startTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

/** @param timeoutMs for connecting, and for each acknowledgement */
export function connectSocket(
  url: string,
  headers: Record<string, string>,
  { onEvent, onDropEvent, onLost }: SocketHandlers,
  timeoutMs = usualTimeoutMs,
): Promise<BuyerSocket> {
  const address = new URL('/socket.io/?EIO=4&transport=websocket', url);
  address.protocol = address.protocol.replace('http', 'ws');
  const ws = new WebSocket(address, { headers, perMessageDeflate: false, handshakeTimeout: timeoutMs });
  const acks = createAcks({ send: (packet) => ws.send(packet), startTimer, timeoutMs });
  let state: 'connecting' | 'open' | 'closed' = 'connecting';

  return new Promise((resolve, reject) => {
    let missing = 'the answer to the upgrade';
    const late = (): void => fail(new Error(`the socket did not connect in time: ${missing} did not come`));
    const timer = setTimeout(late, timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      const previous = state;
      state = 'closed';
      ws.terminate();
      acks.fail(error);
      if (previous === 'connecting') reject(error);
      if (previous === 'open') onLost();
    };
    ws.on('upgrade', () => (missing = 'the first packet'));
    ws.on('error', fail);
    ws.on('close', () => fail(new Error('the socket was closed')));

    ws.on('message', (data: Buffer) => {
      const message = data.toString();
      const kind = message.slice(0, 2);
      // The first digit is the packet type of Engine.IO, the second that of Socket.IO.
      if (message === '2') ws.send('3');
      else if (message.startsWith('0')) {
        missing = 'the answer to the join';
        ws.send('40');
      } else if (kind === '40') {
        clearTimeout(timer);
        state = 'open';
        resolve({
          emitWithAck: acks.emit as BuyerSocket['emitWithAck'],
          close() {
            state = 'closed';
            ws.close();
          },
        });
      } else if (message.startsWith('42["drop:')) {
        onDropEvent?.();
      } else if (kind === '42') {
        const [event, payload] = JSON.parse(message.slice(2)) as [keyof ServerEvents, unknown];
        onEvent(event, payload);
      } else if (kind === '43') {
        acks.receive(message);
      } else if (kind === '44') fail(new Error(`the socket was refused: ${message.slice(2)}`));
      else if (kind === '41') fail(new Error('the server disconnected the socket'));
    });
  });
}

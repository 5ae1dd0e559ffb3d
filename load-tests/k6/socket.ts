/** As much of Socket.IO's protocol (Engine.IO 4, Socket.IO 5, websocket only) as a buyer's page uses. */
import { clearTimeout, setTimeout } from 'k6/timers';
import { WebSocket } from 'k6/websockets';
import { headersOf } from './http.ts';
import { baseUrl } from './settings.ts';
import type { TestBuyer } from './plain/buyers-file.ts';

export type BuyerSocket = {
  emitWithAck: (event: string, payload: unknown) => Promise<unknown>;
  close: () => void;
};

export type SocketHandlers = {
  onEvent: (event: string, payload: unknown) => void;
  /** The connection is lost, not closed by us. */
  onLost: () => void;
  /** The server asks whether we are there, and was answered. */
  onPing?: () => void;
};

/** Milliseconds to connect, or to be answered. */
const patience = 20_000;

const address = `${baseUrl.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`;

/** Resolves when the server has taken the session; rejects when there is no connection to be had. */
export function connectSocket(buyer: TestBuyer, handlers: SocketHandlers): Promise<BuyerSocket> {
  const { onEvent, onLost, onPing } = handlers;
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let state: 'connecting' | 'open' | 'closed' = 'connecting';

  return new Promise((resolve, reject) => {
    const ws = new WebSocket(address, null, { headers: headersOf(buyer), tags: { name: 'socket' } });
    const timer = setTimeout(() => fail(new Error('the socket did not connect in time')), patience);
    const end = (error: Error) => {
      clearTimeout(timer);
      if (state !== 'closed') ws.close();
      state = 'closed';
      for (const { reject: giveUp } of waiting.values()) giveUp(error);
      waiting.clear();
    };
    const fail = (error: Error) => {
      const before = state;
      end(error);
      if (before === 'connecting') reject(error);
      if (before === 'open') onLost();
    };
    const emitWithAck: BuyerSocket['emitWithAck'] = (event, payload) =>
      new Promise((answered, refused) => {
        const id = (lastId += 1);
        const late = setTimeout(() => {
          waiting.delete(id);
          refused(new Error(`${event} was not answered`));
        }, patience);
        // A timer that is left would keep k6 from ending the iteration.
        waiting.set(id, {
          resolve(answer) {
            clearTimeout(late);
            answered(answer);
          },
          reject(error) {
            clearTimeout(late);
            refused(error);
          },
        });
        ws.send(`42${id}${JSON.stringify([event, payload])}`);
      });

    // addEventListener would want an enum that only the types have.
    // The server's greeting, after which a page says who it is, is not waited for: it follows the connection at once, and
    // k6 (1.8) drops what comes before it has told us of that.
    ws.onopen = () => ws.send('40');
    ws.onerror = (event) => fail(new Error(event?.error ?? 'the socket failed'));
    ws.onclose = () => fail(new Error('the socket was closed'));
    ws.onmessage = (event) => {
      const message = typeof event?.data === 'string' ? event.data : '';
      const kind = message.slice(0, 2);
      // Packets of Engine.IO have one digit, those of Socket.IO a second one.
      if (message === '2') {
        ws.send('3');
        onPing?.();
      } else if (kind === '40') {
        clearTimeout(timer);
        state = 'open';
        resolve({ emitWithAck, close: () => end(new Error('closed by us')) });
      } else if (kind === '42') {
        const [name, payload] = JSON.parse(message.slice(2)) as [string, unknown];
        onEvent(name, payload);
      } else if (kind === '43') {
        const start = message.indexOf('[');
        const id = Number(message.slice(2, start));
        const answered = waiting.get(id);
        waiting.delete(id);
        answered?.resolve((JSON.parse(message.slice(start)) as unknown[])[0]);
      } else if (kind === '44') fail(new Error(`the socket was refused: ${message.slice(2)}`));
      else if (kind === '41') fail(new Error('the server took leave'));
    };
  });
}

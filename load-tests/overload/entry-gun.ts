/** Entries as fast as they go: requests made beforehand, over raw sockets, several under way on each. */
import { connect, type Socket } from 'node:net';

export type Shots = {
  /** Answers by status; 0: the connection was lost first. */
  readonly answers: ReadonlyMap<number, number>;
  /** 503 answers without Retry-After. */
  readonly withoutRetryAfter: number;
  /** Milliseconds from request to answer, of 503 answers, since the last call of `takeTimes`. */
  takeTimes: () => number[];
  stop: () => void;
};

/** Milliseconds before a lost connection is opened again. */
const reopenAfterMs = 200;

/** @param pauseMs between an answer and the next request on its connection */
export function fireEntries(options: {
  port: number;
  requests: readonly Buffer[];
  connections: number;
  /** Requests under way on each connection. */
  depth: number;
  pauseMs: number;
}): Shots {
  const { port, requests, connections, depth, pauseMs } = options;
  const answers = new Map<number, number>();
  let withoutRetryAfter = 0;
  let times: number[] = [];
  let next = 0;
  let stopped = false;
  const sockets = new Set<Socket>();
  const count = (status: number, many = 1) => answers.set(status, (answers.get(status) ?? 0) + many);

  const open = () => {
    if (stopped) return;
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    sockets.add(socket);
    const sentAt: number[] = [];
    let unread = '';
    const send = () => {
      if (stopped || socket.destroyed) return;
      sentAt.push(performance.now());
      next = (next + 1) % requests.length;
      socket.write(requests[next] ?? '');
    };
    socket.once('connect', () => {
      for (let each = 0; each < depth; each += 1) send();
    });
    socket.on('data', (data) => {
      unread += data.toString('latin1');
      for (;;) {
        const head = unread.indexOf('\r\n\r\n');
        if (head < 0) return;
        const headers = unread.slice(0, head).toLowerCase();
        const length = Number(/\r\ncontent-length: (\d+)/.exec(headers)?.[1] ?? 0);
        if (unread.length < head + 4 + length) return;
        unread = unread.slice(head + 4 + length);
        const status = Number(headers.slice(9, 12));
        const since = sentAt.shift() ?? performance.now();
        count(status);
        if (status === 503) {
          times.push(performance.now() - since);
          if (!headers.includes('\r\nretry-after: ')) withoutRetryAfter += 1;
        }
        if (pauseMs > 0) setTimeout(send, pauseMs);
        else send();
      }
    });
    socket.on('error', () => {}); // 'close' follows
    socket.once('close', () => {
      sockets.delete(socket);
      if (stopped) return;
      if (sentAt.length > 0) count(0, sentAt.length);
      setTimeout(open, reopenAfterMs);
    });
  };
  for (let each = 0; each < connections; each += 1) open();

  return {
    answers,
    get withoutRetryAfter() {
      return withoutRetryAfter;
    },
    takeTimes() {
      const taken = times;
      times = [];
      return taken;
    },
    stop() {
      stopped = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

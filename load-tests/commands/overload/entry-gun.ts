/** Entries as fast as they are answered: requests made beforehand, several unanswered on each connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from '../../buyer/http-connection.ts';

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
  /** Unanswered requests on each connection. */
  depth: number;
  pauseMs: number;
}): Shots {
  const { port, requests, connections, depth, pauseMs } = options;
  const answers = new Map<number, number>();
  const count = (status: number, many = 1) => answers.set(status, (answers.get(status) ?? 0) + many);
  const open = new Set<HttpConnection>();
  let withoutRetryAfter = 0;
  let times: number[] = [];
  let next = 0;
  const stopping = new AbortController();

  const send = (connection: HttpConnection): void => {
    if (!open.has(connection)) return;
    const sentAt = performance.now();
    next = (next + 1) % requests.length;
    connection.send(requests[next]!, (status, head) => {
      count(status);
      if (status === 503) {
        times.push(performance.now() - sentAt);
        if (!/^retry-after: /im.test(head)) withoutRetryAfter += 1;
      }
      if (pauseMs > 0) setTimeout(send, pauseMs, connection);
      else send(connection);
    });
  };
  const fire = async (): Promise<void> => {
    let onLost = () => {};
    const lost = new Promise<void>((resolve) => (onLost = resolve));
    const connection = await HttpConnection.open(port, onLost);
    open.add(connection);
    for (let each = 0; each < depth; each += 1) send(connection);
    await lost;
    open.delete(connection);
    connection.close();
    if (!stopping.signal.aborted) count(0, connection.unanswered);
  };
  const keepFiring = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await fire().catch(() => {}); // it could not be opened
      await sleep(reopenAfterMs);
    }
  };
  for (let each = 0; each < connections; each += 1) void keepFiring();

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
      stopping.abort();
      for (const connection of open) connection.close();
      open.clear();
    },
  };
}

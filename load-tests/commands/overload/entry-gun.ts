/**
 * Sends entries as fast as they are answered: requests are made beforehand, and several are in flight per connection.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from '../../buyer/http-connection.ts';

export type Shots = {
  /** Number of answers by status; 0: the connection was lost before the answer. */
  readonly answers: ReadonlyMap<number, number>;
  /** 503 answers without Retry-After. */
  readonly withoutRetryAfter: number;
  /** Latencies in milliseconds of the 503 answers since the last call. */
  takeTimes: () => number[];
  stop: () => void;
};

const reconnectDelayMs = 200;

/** @param options.pauseMs between an answer and the next request on its connection */
export function fireEntries(options: {
  port: number;
  requests: readonly Buffer[];
  connections: number;
  /** Requests in flight per connection. */
  depth: number;
  pauseMs: number;
}): Shots {
  const { port, requests, connections, depth, pauseMs } = options;
  const answers = new Map<number, number>();
  const addAnswers = (status: number, count = 1) => answers.set(status, (answers.get(status) ?? 0) + count);
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
      addAnswers(status);
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
    if (!stopping.signal.aborted) addAnswers(0, connection.unanswered);
  };
  const keepFiring = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await fire().catch(() => {}); // the connection could not be opened
      await sleep(reconnectDelayMs);
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

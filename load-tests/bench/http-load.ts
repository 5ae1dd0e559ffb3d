import { createHistogram } from 'node:perf_hooks';
import { HttpConnection } from '../buyer/http-connection.ts';

export type Offered = {
  seconds: number;
  /** By status. */
  answers: Map<number, number>;
  /** Milliseconds from request to answer. */
  p50: number;
  p99: number;
};

/**
 * Closed-loop load: each connection sends its next request as soon as it has the answer to the last one, until the
 * time is over or `next` returns undefined.
 * @throws when a connection is lost
 */
export async function offer(options: {
  port: number;
  connections: number;
  seconds?: number;
  /** The next request, whichever connection sends it. */
  next: () => Buffer | undefined;
}): Promise<Offered> {
  const { port, connections, seconds = Infinity, next } = options;
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => (fail = reject));
  const opened = await Promise.all(
    Array.from({ length: connections }, () => HttpConnection.open(port, fail)),
  );
  const answers = new Map<number, number>();
  const latency = createHistogram();
  const since = performance.now();
  const until = since + seconds * 1000;
  const keepSending = (connection: HttpConnection): Promise<void> =>
    new Promise((resolve) => {
      const sendNext = () => {
        const request = performance.now() < until ? next() : undefined;
        if (!request) {
          resolve();
          return;
        }
        const sentAt = process.hrtime.bigint();
        connection.send(request, (status) => {
          latency.record(process.hrtime.bigint() - sentAt);
          answers.set(status, (answers.get(status) ?? 0) + 1);
          sendNext();
        });
      };
      sendNext();
    });
  try {
    await Promise.race([Promise.all(opened.map(keepSending)), failed]);
    return {
      seconds: (performance.now() - since) / 1000,
      answers,
      p50: latency.percentile(50) / 1e6,
      p99: latency.percentile(99) / 1e6,
    };
  } finally {
    for (const connection of opened) connection.close();
  }
}

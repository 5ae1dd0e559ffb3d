/**
 * Open-loop load: sends requests at a constant rate, whether earlier ones are answered or not, and measures latency.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from '../buyer/http-connection.ts';

export type Probe = {
  name: string;
  perSecond: number;
  /** Expected status. */
  status: number;
  next: () => Buffer;
};

/** Every request must be answered this long after the last one was sent. */
const patienceMs = 30_000;

/**
 * Latencies in milliseconds, counted from when each request was due.
 * @throws if a request gets another status than expected, or no answer
 */
export async function probe(
  port: number,
  { name, perSecond, status, next }: Probe,
  seconds: number,
): Promise<number[]> {
  const opened: HttpConnection[] = [];
  const idle: HttpConnection[] = [];
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => reject(new Error(`${name}: ${error.message}`));
  });
  failed.catch(() => {}); // a rejection is seen by the races below
  const open = async (): Promise<HttpConnection> => {
    const connection = await HttpConnection.open(port, fail);
    opened.push(connection);
    return connection;
  };
  const ask = async (dueAt: number): Promise<number> => {
    const connection = idle.pop() ?? (await open());
    const answered = await new Promise((resolve) => connection.send(next(), resolve));
    if (answered !== status) fail(new Error(`answered ${String(answered)}`));
    idle.push(connection);
    return performance.now() - dueAt;
  };

  const waits: Promise<number>[] = [];
  const since = performance.now();
  try {
    for (let each = 0; each < perSecond * seconds; each += 1) {
      const dueAt = since + (each / perSecond) * 1000;
      await Promise.race([sleep(Math.max(0, dueAt - performance.now())), failed]);
      const wait = ask(dueAt);
      wait.catch(fail);
      waits.push(wait);
    }
    const late = sleep(patienceMs, undefined, { ref: false }).then(() => fail(new Error('not answered')));
    return await Promise.race([Promise.all(waits), failed, late.then(() => failed)]);
  } finally {
    for (const connection of opened) connection.close();
  }
}

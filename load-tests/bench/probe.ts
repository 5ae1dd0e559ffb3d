/** Requests at a steady pace, whatever becomes of those before: what somebody waits who comes at any moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from '../buyer/http-connection.ts';

export type Probe = {
  name: string;
  perSecond: number;
  /** What is to be answered. */
  status: number;
  next: () => Buffer;
};

/** Milliseconds after the last request in which all must have been answered. */
const patienceMs = 30_000;

/**
 * Milliseconds that each waited, from when it was due.
 * @throws when one is answered otherwise than it should be, or not at all
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
  failed.catch(() => {}); // it is always raced with what is awaited
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
    const late = sleep(patienceMs, undefined, { ref: false }).then(() => fail(new Error('never answered')));
    return await Promise.race([Promise.all(waits), failed, late.then(() => failed)]);
  } finally {
    for (const connection of opened) connection.close();
  }
}

/** Acknowledgements of Socket.IO events, for a client on any runtime: k6 has timers of its own. */

export type Acks = {
  /** Sends an event and resolves with its acknowledgement; rejects if there is none in time, or `fail` is called. */
  emit: (event: string, payload: unknown) => Promise<unknown>;
  /** To be called with each packet `43ID[ANSWER]`. */
  receive: (packet: string) => void;
  /** To be called when the connection has ended: no acknowledgement can come any more. */
  fail: (error: Error) => void;
};

type Waiting = { resolve: (answer: unknown) => void; reject: (error: Error) => void };

/** @param options.startTimer starts a timer and returns what stops it: a running one keeps k6 from ending an iteration */
export function createAcks(options: {
  send: (packet: string) => void;
  startTimer: (callback: () => void, ms: number) => () => void;
  timeoutMs: number;
}): Acks {
  const { send, startTimer, timeoutMs } = options;
  const waiting = new Map<number, Waiting>();
  let lastId = 0;

  /** Takes the request off the list, so that it is settled once. */
  const take = (id: number): Waiting | undefined => {
    const request = waiting.get(id);
    waiting.delete(id);
    return request;
  };

  return {
    emit: (event, payload) =>
      new Promise((resolve, reject) => {
        const id = (lastId += 1);
        const late = (): void => take(id)?.reject(new Error(`${event} was not answered`));
        const stopTimer = startTimer(late, timeoutMs);
        waiting.set(id, {
          resolve(answer) {
            stopTimer();
            resolve(answer);
          },
          reject(error) {
            stopTimer();
            reject(error);
          },
        });
        send(`42${id}${JSON.stringify([event, payload])}`);
      }),
    receive(packet) {
      const start = packet.indexOf('[');
      const [answer] = JSON.parse(packet.slice(start)) as unknown[];
      take(Number(packet.slice(2, start)))?.resolve(answer);
    },
    fail(error) {
      for (const id of waiting.keys()) take(id)?.reject(error);
    },
  };
}

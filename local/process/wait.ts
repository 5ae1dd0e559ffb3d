import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 50;

/**
 * Calls a check until it returns true.
 * @throws Error with `what` and the last fault after `timeoutMs`; the reason of `cancel` if that is aborted.
 */
export async function waitUntil(
  what: string,
  timeoutMs: number,
  check: () => Promise<boolean>,
  cancel?: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let fault = '';
  while (performance.now() < deadline) {
    try {
      if (await check()) return;
    } catch (error) {
      fault = `: ${(error as Error).message}`;
    }
    cancel?.throwIfAborted();
    await sleep(PAUSE_MS);
  }
  throw new Error(`waited ${Math.round(timeoutMs / 1000)} s for ${what}${fault}`);
}

/** Sends `text` to a local TCP port and resolves to what comes back until `enough` returns true. */
export function exchange(
  port: number,
  text: string,
  enough: (reply: string) => boolean,
  timeoutMs = 1_000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = '';
    const socket = connect(port, '127.0.0.1');
    const settle = (act: () => void): void => {
      socket.destroy();
      act();
    };
    socket.setTimeout(timeoutMs, () => settle(() => reject(new Error(`port ${port} does not answer`))));
    socket.once('error', (error) => settle(() => reject(error)));
    socket.once('close', () => reject(new Error(`port ${port} closed the connection`)));
    socket.on('data', (data) => {
      reply += data.toString('latin1');
      if (enough(reply)) settle(() => resolve(reply));
    });
    if (text !== '') socket.write(text);
  });
}

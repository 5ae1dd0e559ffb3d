/** Opens thousands of WebSockets from this process, to realtime or to the bare server that it is compared with. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import type { Drop } from '../../shared/drops/drop.ts';
import { readKeyList } from '../../shared/auth/key-list.ts';
import { signSession } from '../../shared/auth/session.ts';
import { connectSocket } from '../buyer/socket.ts';
import type { Measured, BenchSystem } from './bench-system.ts';

export type Crowd = {
  size: number;
  /** New connections per second while the crowd was connecting. */
  rate: number;
  leave: () => Promise<void>;
};

/** Connections being opened at a time. */
const atOnce = 100;

/** The number of connections, reduced to what the limit of open files allows. */
export function crowdSize(wanted: number): number {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })) || wanted;
  return Math.min(wanted, limit - 500);
}

/**
 * Connects `size` different signed-in buyers that watch the drop. `onState` is called whenever one gets the drop's
 * state.
 */
export function gatherWatchers(
  system: BenchSystem,
  { url }: Measured,
  { drop, size, onState }: { drop: Drop; size: number; onState?: () => void },
): Promise<Crowd> {
  const key = readKeyList(system.secrets.sessionKey);
  return gather(size, async (index, onLost) => {
    const token = signSession({ userId: index + 1, role: 'shopper' }, key);
    const socket = await connectSocket(
      url,
      { authorization: `Bearer ${token}` },
      { onEvent: () => {}, onLost, ...(onState && { onDropEvent: onState }) },
    );
    const answer = await socket.emitWithAck('drop:watch', { dropId: drop.id });
    if (!answer.ok) throw new Error(`drop:watch was answered ${JSON.stringify(answer)}`);
    return () => socket.close();
  });
}

/** Connects `size` sockets to the bare WebSocket server. */
export function gatherBare(
  { url }: Measured,
  { size, onMessage }: { size: number; onMessage?: () => void },
): Promise<Crowd> {
  return gather(size, (_index, onLost) => {
    const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false });
    if (onMessage) socket.on('message', onMessage);
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () => {
        socket.off('error', reject);
        socket.once('close', onLost);
        resolve(() => {
          socket.off('close', onLost);
          socket.close();
        });
      });
    });
  });
}

async function gather(
  size: number,
  open: (index: number, onLost: () => void) => Promise<() => void>,
): Promise<Crowd> {
  const leaves: (() => void)[] = [];
  let lost = 0;
  let next = 0;
  const since = performance.now();
  const openMore = async (): Promise<void> => {
    while (next < size) leaves.push(await open(next++, () => (lost += 1)));
  };
  await Promise.all(Array.from({ length: atOnce }, openMore));
  const rate = size / ((performance.now() - since) / 1000);
  return {
    size,
    rate,
    async leave() {
      for (const leave of leaves) leave();
      await new Promise((resolve) => {
        setTimeout(resolve, 2_000);
      });
      if (lost > 0) throw new Error(`${lost} of ${size} connections were lost`);
    },
  };
}

/** Resident set size of a process in bytes. */
export function residentBytes(pid: number | undefined): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error('/proc does not give the resident set size');
  return Number(kilobytes) * 1024;
}

/** Kernel memory for all TCP sockets of the machine in bytes; both ends of each local connection count. */
export function kernelSocketBytes(): number {
  const pages = /^TCP:.* mem (\d+)/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1];
  return Number(pages ?? 0) * 4096;
}

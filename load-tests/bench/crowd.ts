/** Thousands of websockets in this process, at realtime or at the bare server it is compared with. */
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
  /** New connections a second while it gathered. */
  rate: number;
  leave: () => Promise<void>;
};

/** Connections under way at a time. */
const atOnce = 100;

/** Where a process may have fewer files open than that, so many connections as it may. */
export function crowdSize(wanted: number): number {
  const limit = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })) || wanted;
  return Math.min(wanted, limit - 500);
}

/** Everybody signed in, each as another buyer, and watching the drop. `onState`: somebody got the drop's state. */
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

/** As many connections to a server that does nothing else. */
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

/** Bytes of a process in memory. */
export function residentBytes(pid: number | undefined): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error('the system does not say what a process has in memory');
  return Number(kilobytes) * 1024;
}

/** Bytes that the kernel keeps for TCP sockets of the whole machine, both ends of ours among them. */
export function kernelSocketBytes(): number {
  const pages = /^TCP:.* mem (\d+)/m.exec(readFileSync('/proc/net/sockstat', 'utf8'))?.[1];
  return Number(pages ?? 0) * 4096;
}

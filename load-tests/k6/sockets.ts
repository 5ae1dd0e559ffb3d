/**
 * Opens sockets like buyers' pages and keeps them: signed in, watching a drop, answering the server's pings.
 *
 *   k6 run -e DROP=12 -e BUYERS=buyers.json -e CONNECTIONS=5000 -e DURATION=2m load-tests/k6/sockets.ts
 *   npm run load -- sockets --set CONNECTIONS=5000      # with a drop and buyers made for it
 *
 * Needs a drop in any state, and as many buyers as connections. A machine has about 28,000 ports towards one
 * address: for more connections, share the run between machines.
 *
 *   BASE_URL      the front door (http://127.0.0.1:8080)
 *   DROP          id of the drop
 *   BUYERS        the file of buyers
 *   CONNECTIONS   number of sockets (200)
 *   OPEN_RATE     sockets opened per second, in total (100)
 *   DURATION      how long they are kept after the last was opened (60s)
 *   VUS           VUs that share the sockets (one per 250 sockets)
 *   P95_MS        threshold: 95th percentile from connecting to watching, in milliseconds (1000)
 *   LOST          threshold: maximum share of sockets that are refused or lost (0.001)
 *   SUMMARY_JSON  file for all results of k6
 */
import { sleep } from 'k6';
import exec from 'k6/execution';
import { Counter, Rate, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { pause } from './pause.ts';
import { buyerAt, needBuyers } from './buyers.ts';
import { complain } from './complain.ts';
import { openDrop } from './http.ts';
import type { TestBuyer } from './plain/buyers-file.ts';
import { trendStats } from './plain/summary.ts';
import { baseUrl, dropId, number, seconds } from './settings.ts';
import { connectSocket, type BuyerSocket } from './socket.ts';
import { summarize } from './summary.ts';

const connections = number('CONNECTIONS', 200, 1);
const openRate = number('OPEN_RATE', 100, 1);
const duration = seconds('DURATION', 60);
const vus = Math.min(connections, number('VUS', Math.ceil(connections / 250), 1));
const perVu = Math.ceil(connections / vus);
const openingMs = (connections / openRate) * 1000;
needBuyers(connections);

export const options: Options = {
  scenarios: {
    sockets: {
      executor: 'per-vu-iterations',
      vus,
      iterations: 1,
      maxDuration: `${Math.ceil(duration + openingMs / 1000 + 60)}s`,
    },
  },
  summaryTrendStats: trendStats,
  thresholds: {
    watching_ms: [`p(95)<${number('P95_MS', 1000, 1)}`],
    lost: [`rate<=${number('LOST', 0.001, 0, 1)}`],
    sockets_watching: ['count>0'],
  },
};

const watching = new Counter('sockets_watching');
const refused = new Counter('sockets_refused');
const lostLater = new Counter('sockets_lost');
const pings = new Counter('pings_answered');
const states = new Counter('states_received');
const lost = new Rate('lost');
const connectedMs = new Trend('connected_ms', true);
const watchingMs = new Trend('watching_ms', true);

export function setup(): void {
  openDrop(sleep, false);
}

export default async function hold(): Promise<void> {
  // Unique in the whole run, also if several machines share it.
  const firstIndex = (exec.vu.idInTest - 1) * perVu;
  const end = Date.now() + openingMs + duration * 1000;
  const held: Promise<void>[] = [];
  for (let index = firstIndex; index < Math.min(firstIndex + perVu, connections); index += 1) {
    const buyer = buyerAt(index);
    // All VUs open sockets at the same time, each at its share of the rate.
    if (buyer) held.push(holdSocket(buyer, ((index - firstIndex) / perVu) * openingMs, end));
  }
  await Promise.all(held);
}

async function holdSocket(buyer: TestBuyer, delayMs: number, end: number): Promise<void> {
  await pause(delayMs);
  const since = Date.now();
  let isLost = false;
  let socket: BuyerSocket | undefined;
  try {
    socket = await connectSocket(buyer, {
      onEvent: (event) => {
        if (event === 'drop:state') states.add(1);
      },
      onPing: () => pings.add(1),
      onLost() {
        isLost ||= Date.now() < end;
      },
    });
    connectedMs.add(Date.now() - since);
    const answer = (await socket.emitWithAck('drop:watch', { dropId })) as { ok: boolean; code?: string };
    if (!answer.ok) throw new Error(`drop:watch was answered ${answer.code}`);
    watchingMs.add(Date.now() - since);
    watching.add(1);
    await pause(end - Date.now());
  } catch (error) {
    refused.add(1);
    lost.add(true);
    const { message } = error as Error;
    complain(message, `buyer ${buyer.userId}: ${message}`);
    return;
  } finally {
    // An open socket would keep k6 from ending the iteration.
    socket?.close();
  }
  lost.add(isLost);
  if (isLost) lostLater.add(1);
}

export function handleSummary(data: unknown) {
  return summarize('sockets', data, {
    load: [
      ['load', `${connections} sockets at ${baseUrl}, drop ${dropId}`],
      ['', `${openRate} opened per second, then kept for ${duration} s`],
    ],
    counts: [
      ['watching', 'sockets_watching'],
      ['refused', 'sockets_refused'],
      ['lost later', 'sockets_lost'],
      ['pings answered', 'pings_answered'],
      ['states received', 'states_received'],
    ],
    latencies: [
      ['signed in after', 'connected_ms'],
      ['watching after', 'watching_ms'],
    ],
  });
}

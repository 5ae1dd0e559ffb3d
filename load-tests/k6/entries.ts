/**
 * Presses Buy at a constant rate, whatever the answers: how many entries a second are taken, and how fast.
 *
 *   k6 run -e DROP=12 -e BUYERS=buyers.json -e RATE=500 -e DURATION=30s load-tests/k6/entries.ts
 *   npm run load -- entries --set RATE=500             # with a drop and buyers made for it
 *
 * Needs a drop that is open, or opens within ten minutes (the run waits for it), and as many buyers as presses, made
 * with `npm run buyers -- --count N --drop DROP --out FILE`, since each enters once.
 *
 *   BASE_URL      the front door (http://127.0.0.1:8080)
 *   DROP          id of the drop
 *   BUYERS        the file of buyers
 *   RATE          presses a second (100)
 *   DURATION      for so long (30s)
 *   VUS           presses that may be under way at once (RATE, at least 50)
 *   QUANTITY      seats each asks for (1)
 *   P95_MS        aim: 95 % of the answers within so many milliseconds (250)
 *   P99_MS        aim: 99 % (1000)
 *   FAILED        aim: at most this share fails, that is, gets neither 202 nor "sold out" (0.001)
 *   SUMMARY_JSON  a file for everything k6 found out
 */
import { sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Rate, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import { buyerAt, needBuyers } from './buyers.ts';
import { complain } from './complain.ts';
import { askNow, openDrop } from './http.ts';
import { trendStats } from './plain/summary.ts';
import { baseUrl, dropId, number, seconds } from './settings.ts';
import { summarize } from './summary.ts';

const rate = number('RATE', 100, 1);
const duration = seconds('DURATION', 30);
const vus = number('VUS', Math.max(50, rate), 1);
const quantity = number('QUANTITY', 1, 1, 10);
const presses = Math.floor(rate * duration);
needBuyers(presses);

export const options: Options = {
  scenarios: {
    entries: {
      executor: 'constant-arrival-rate',
      rate,
      timeUnit: '1s',
      duration: `${duration}s`,
      preAllocatedVUs: vus,
    },
  },
  setupTimeout: '11m',
  summaryTrendStats: trendStats,
  thresholds: {
    answer_ms: [`p(95)<${number('P95_MS', 250, 1)}`, `p(99)<${number('P99_MS', 1000, 1)}`],
    failed: [`rate<=${number('FAILED', 0.001, 0, 1)}`],
    entries_accepted: ['count>0'],
    // Otherwise the load was less than was asked for: more VUs, or more machines.
    dropped_iterations: [`count<=${Math.ceil(presses * 0.01)}`],
  },
};

const accepted = new Counter('entries_accepted');
const soldOut = new Counter('entries_sold_out');
const comeAgain = new Counter('entries_come_again');
const otherwise = new Counter('entries_otherwise');
const failed = new Rate('failed');
const answerMs = new Trend('answer_ms', true);

// 409 is an answer like another: the drop is sold out.
http.setResponseCallback(http.expectedStatuses(202, 409, 200));

export function setup(): void {
  openDrop(sleep, true);
}

export default function press(): void {
  const buyer = buyerAt(exec.scenario.iterationInTest);
  // k6 may begin one more than the rate comes to.
  if (!buyer) return;
  const { questionId = 1, answer = '' } = buyer;
  const body = { questionId, answer, quantity };
  const { status, code, took } = askNow(buyer, 'POST', `/api/drops/${dropId}/entries`, 'entry', body);
  answerMs.add(took);
  const isSoldOut = code === 'drop_sold_out';
  failed.add(status !== 202 && !isSoldOut);
  if (status === 202) accepted.add(1);
  else if (isSoldOut) soldOut.add(1);
  else if (status === 429 || status === 503) comeAgain.add(1);
  else {
    otherwise.add(1);
    complain(`${status}`, `buyer ${buyer.userId} was answered ${status} ${code ?? ''}`);
  }
}

export function handleSummary(data: unknown) {
  return summarize('entries', data, {
    asked: [
      [
        'asked for',
        `${rate} presses a second for ${duration} s at ${baseUrl}, drop ${dropId}, ${quantity} each`,
      ],
    ],
    counts: [
      ['accepted', 'entries_accepted'],
      ['sold out', 'entries_sold_out'],
      ['429 or 503', 'entries_come_again'],
      ['other answers', 'entries_otherwise'],
      ['not sent', 'dropped_iterations'],
    ],
    countedOver: duration,
    latencies: [['press → answer', 'answer_ms']],
  });
}

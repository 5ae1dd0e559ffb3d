/**
 * Open-loop load: presses Buy at a constant rate, whatever the answers. Measures the throughput of entries and their
 * latency.
 *
 *   k6 run -e DROP=12 -e BUYERS=buyers.json -e RATE=500 -e DURATION=30s load-tests/k6/entries.ts
 *   npm run load -- entries --set RATE=500             # with a drop and buyers made for it
 *
 * Needs a drop that is open, or opens within ten minutes (the run waits for it), and as many buyers as presses, made
 * with `npm run buyers -- --count N --drop DROP --out FILE`, since each enters only once.
 *
 *   BASE_URL      the front door (http://127.0.0.1:8080)
 *   DROP          id of the drop
 *   BUYERS        the file of buyers
 *   RATE          presses per second (100)
 *   DURATION      length of the run (30s)
 *   VUS           maximum presses in flight (RATE, at least 50)
 *   QUANTITY      seats per entry (1)
 *   P95_MS        threshold: 95th percentile of the latency in milliseconds (250)
 *   P99_MS        threshold: 99th percentile (1000)
 *   FAILED        threshold: maximum share of entries that get neither 202 nor "sold out" (0.001)
 *   SUMMARY_JSON  file for all results of k6
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
    // If more are dropped, the load was below RATE: use more VUs or more machines.
    dropped_iterations: [`count<=${Math.ceil(presses * 0.01)}`],
  },
};

const accepted = new Counter('entries_accepted');
const soldOut = new Counter('entries_sold_out');
const limited = new Counter('entries_limited');
const unavailable = new Counter('entries_unavailable');
const otherAnswers = new Counter('entries_other_answers');
const failed = new Rate('failed');
const answerMs = new Trend('answer_ms', true);

// 409 (the drop is sold out) is an expected answer.
http.setResponseCallback(http.expectedStatuses(202, 409, 200));

export function setup(): void {
  openDrop(sleep, true);
}

export default function press(): void {
  const buyer = buyerAt(exec.scenario.iterationInTest);
  // k6 may start one iteration more than rate × duration.
  if (!buyer) return;
  const { questionId = 1, answer = '' } = buyer;
  const body = { questionId, answer, quantity };
  const { status, code, tookMs } = askNow(buyer, 'POST', `/api/drops/${dropId}/entries`, 'entry', body);
  answerMs.add(tookMs);
  const isSoldOut = code === 'drop_sold_out';
  failed.add(status !== 202 && !isSoldOut);
  if (status === 202) accepted.add(1);
  else if (isSoldOut) soldOut.add(1);
  else if (status === 429) limited.add(1);
  else if (status === 503) unavailable.add(1);
  else {
    otherAnswers.add(1);
    complain(`${status}`, `buyer ${buyer.userId} was answered ${status} ${code ?? ''}`);
  }
}

export function handleSummary(data: unknown) {
  return summarize('entries', data, {
    load: [
      ['load', `${rate} presses/s for ${duration} s at ${baseUrl}, drop ${dropId}, ${quantity} seats each`],
    ],
    counts: [
      ['accepted', 'entries_accepted'],
      ['sold out', 'entries_sold_out'],
      ['429, limited', 'entries_limited'],
      ['503, unavailable', 'entries_unavailable'],
      ['other answers', 'entries_other_answers'],
      ['not sent', 'dropped_iterations'],
    ],
    rateSeconds: duration,
    latencies: [['press → answer', 'answer_ms']],
  });
}

/**
 * Buyers play the whole path: they read their account, the drop and its question, enter, learn the outcome by socket
 * or by polling, and then pay, have a card declined, let the hold lapse, give it back, or wait in standby. The run
 * fails if a rule in plain/rules.ts is broken for any of them.
 *
 *   k6 run -e DROP=12 -e BUYERS=buyers.json -e RATE=20 -e DURATION=1m load-tests/k6/journey.ts
 *   npm run load -- journey --set RATE=20              # with a drop and buyers made for it
 *
 * Needs a drop that is open, or opens within ten minutes (the run waits for it), and RATE × DURATION buyers, made with
 * `npm run buyers -- --count N --drop DROP --out FILE`. Standby needs a drop with fewer seats than buyers, and lapsed
 * holds need a short hold time. Payments go to the sandbox provider, which knows these cards; never run it where cards
 * are charged. Where seats cost nothing no card is sent, and DECLINE has no effect.
 *
 *   BASE_URL      the front door (http://127.0.0.1:8080)
 *   DROP          id of the drop
 *   BUYERS        the file of buyers
 *   RATE          buyers who come per second (5)
 *   DURATION      length of the run (30s)
 *   VUS           maximum buyers at the same time (two minutes of RATE, at most all, and five to spare)
 *   QUANTITY      seats per entry (2, at most what the drop allows)
 *   SOCKETS       percentage of buyers with a socket; the others poll (50)
 *   POLL_MS       milliseconds between two polls (1000)
 *   DECLINE       percentage of holders whose first card is declined; they pay with another card (10)
 *   LAPSE         percentage of holders who let the hold lapse (10)
 *   LEAVE         percentage of holders who give it back (5)
 *   STANDBY_FOR   time in standby before a buyer leaves it (30s)
 *   OUTCOME_WITHIN  rule: maximum time from the 202 to the outcome (30s)
 *   ENDS_WITHIN   rule: maximum delay of the end of an unpaid hold (15s)
 *   P95_MS        threshold: 95th percentile of press to outcome by socket, in milliseconds (1000)
 *   GAVE_UP       threshold: maximum share of buyers stopped by an unexpected answer (0.01)
 *   SUMMARY_JSON  file for all results of k6
 */
import { check, sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Rate, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import type { EntryState } from '../../shared/contract/entries.ts';
import { isFreeOfCharge, totalOf, type Pricing } from '../../shared/contract/total.ts';
import { buyerAt, needBuyers } from './buyers.ts';
import { complain } from './complain.ts';
import { openDrop, type Answer, type DropView } from './http.ts';
import { pause } from './pause.ts';
import type { TestBuyer } from './plain/buyers-file.ts';
import { BuyerRecord, rules, type Money, type Order } from './plain/rules.ts';
import { trendStats } from './plain/summary.ts';
import { baseUrl, dropId, number, seconds } from './settings.ts';
import { Shopper } from './shopper.ts';
import { summarize } from './summary.ts';

const rate = number('RATE', 5, 0.1);
const duration = seconds('DURATION', 30);
const buyerCount = Math.floor(rate * duration);
/** After a pause of the machine k6 starts some iterations more than rate × duration, which find no buyer. */
const spareVus = 5;
const vus = number('VUS', Math.max(1, Math.min(buyerCount, Math.ceil(rate * 120))) + spareVus, 1);
const quantity = number('QUANTITY', 2, 1, 10);
const socketShare = number('SOCKETS', 50, 0, 100);
const pollMs = number('POLL_MS', 1000, 50);
const shares = {
  decline: number('DECLINE', 10, 0, 100),
  lapse: number('LAPSE', 10, 0, 100),
  leave: number('LEAVE', 5, 0, 100),
};
const standbyFor = seconds('STANDBY_FOR', 30);
const outcomeWithin = seconds('OUTCOME_WITHIN', 30);
const endsWithin = seconds('ENDS_WITHIN', 15);
needBuyers(buyerCount);

export const options: Options = {
  scenarios: {
    journey: {
      executor: 'constant-arrival-rate',
      // k6 accepts only integers.
      rate: Math.round(rate * 10),
      timeUnit: '10s',
      duration: `${duration}s`,
      preAllocatedVUs: vus,
      // Long enough for the last buyers to finish.
      gracefulStop: '70m',
    },
  },
  setupTimeout: '11m',
  summaryTrendStats: trendStats,
  thresholds: {
    checks: ['rate==1'],
    told_by_socket_ms: [`p(95)<${number('P95_MS', 1000, 1)}`],
    gave_up: [`rate<=${number('GAVE_UP', 0.01, 0, 1)}`],
    entries_accepted: ['count>0'],
    dropped_iterations: [`count<=${Math.ceil(buyerCount * 0.01)}`],
  },
};

const accepted = new Counter('entries_accepted');
const tooLate = new Counter('entries_too_late');
const outcomes = {
  held: new Counter('outcome_held'),
  standby: new Counter('outcome_standby'),
  sold_out: new Counter('outcome_sold_out'),
};
const promoted = new Counter('holds_from_standby');
const paid = new Counter('orders_paid');
const declined = new Counter('cards_declined');
const lapsed = new Counter('holds_lapsed');
const givenBack = new Counter('holds_given_back');
const leftStandby = new Counter('standby_left');
const retries = new Counter('retries');
const gaveUp = new Rate('gave_up');
const acceptedMs = new Trend('accepted_ms', true);
const toldMs = {
  socket: new Trend('told_by_socket_ms', true),
  polling: new Trend('told_by_polling_ms', true),
};
const paidMs = new Trend('paid_ms', true);

// Every answer is checked below; none counts as failed by its status alone.
http.setResponseCallback(http.expectedStatuses({ min: 100, max: 599 }));

export function setup(): DropView {
  return openDrop(sleep, true);
}

/** An unexpected answer has ended the journey early. */
class GaveUp extends Error {}

export default async function journey(drop: DropView): Promise<void> {
  const index = exec.scenario.iterationInTest;
  const buyer = buyerAt(index);
  // k6 may start one iteration more than rate × duration.
  if (!buyer) return;
  const record = new BuyerRecord({ userId: buyer.userId, dropId, pricing: drop }, (rule, holds, details) => {
    check(holds, { [rules[rule]]: (value) => value });
    if (!holds) complain(rule, `${rules[rule]}: broken. ${details}`);
  });
  const onRetry = () => retries.add(1);
  const shopper = new Shopper(buyer, record, { pollMs, quietMs: Math.max(5_000, pollMs), onRetry });
  try {
    await goShopping(shopper, record, drop, buyer, index);
    gaveUp.add(false);
  } catch (error) {
    gaveUp.add(true);
    const { message } = error as Error;
    complain(message, `buyer ${buyer.userId} gave up: ${message}`);
  } finally {
    // An open socket would keep k6 from ending the iteration.
    shopper.leavePage();
  }
}

async function goShopping(
  shopper: Shopper,
  record: BuyerRecord,
  drop: DropView,
  buyer: TestBuyer,
  index: number,
): Promise<void> {
  const me = await shopper.send('GET', '/api/auth/me', 'who am I');
  const user = me.body['user'] as { id?: number } | undefined;
  if (me.status !== 200 || user?.id !== buyer.userId) throw unusable('who am I', me);
  const hasSocket = evenlySpread(index, 0) < socketShare;
  if (hasSocket) await shopper.watch();
  const body = await readQuestion(shopper, buyer);

  const pressedAt = Date.now();
  const answer = await shopper.send('POST', `/api/drops/${dropId}/entries`, 'entry', body);
  if (answer.code === 'drop_sold_out') {
    tooLate.add(1);
    return;
  }
  if (answer.status !== 202) throw unusable('entry', answer);
  accepted.add(1);
  acceptedMs.add(Date.now() - pressedAt);

  await shopper.until((state) => state !== undefined, outcomeWithin * 1000);
  record.outcomeWithin(outcomeWithin);
  const { status } = shopper.state ?? {};
  if (status === undefined) return;
  toldMs[hasSocket ? 'socket' : 'polling'].add(Date.now() - pressedAt);
  if (status === 'held' || status === 'standby' || status === 'sold_out') outcomes[status].add(1);
  if (status === 'standby') await standBy(shopper);
  if (shopper.state?.status === 'held') await useHold(shopper, record, drop, index);

  const finalState = await shopper.poll();
  if (finalState) record.checkFinalState(finalState);
}

/** Reads the buyer's question and returns the body of the entry; the answer comes from the file of buyers. */
async function readQuestion(shopper: Shopper, buyer: TestBuyer): Promise<object> {
  const answer = await shopper.send('GET', `/api/drops/${dropId}`, 'drop');
  if (answer.status !== 200) throw unusable('drop', answer);
  const { question, maxPerBuyer } = answer.body as DropView;
  if (question?.id !== buyer.questionId)
    throw new Error(`the file of buyers is not for drop ${dropId}: npm run buyers -- --drop ${dropId}`);
  return {
    questionId: question?.id,
    answer: buyer.answer ?? '',
    quantity: Math.min(quantity, maxPerBuyer),
  };
}

async function standBy(shopper: Shopper): Promise<void> {
  const isOver = (state: EntryState | undefined) => state?.status !== 'standby';
  if (!(await shopper.until(isOver, standbyFor * 1000))) {
    const answer = await shopper.send('DELETE', `/api/drops/${dropId}/entry`, 'leave');
    // Any other answer: seats may just have come.
    if (answer.status === 200) {
      shopper.addAnswer(answer.body as EntryState);
      leftStandby.add(1);
    } else await shopper.until(isOver, pollMs);
  }
  if (shopper.state?.status === 'held') promoted.add(1);
}

/** `pricing`: the drop's, from which buyers know what they pay. */
async function useHold(
  shopper: Shopper,
  record: BuyerRecord,
  pricing: Pricing,
  index: number,
): Promise<void> {
  const drawn = evenlySpread(index, 1);
  const { decline, lapse, leave } = shares;
  if (drawn < lapse) return letLapse(shopper, record);
  if (drawn < lapse + leave) return giveBack(shopper);
  await pause(200 + evenlySpread(index, 2) * 20);
  if (drawn < lapse + leave + decline && !isFreeOfCharge(pricing)) {
    const answer = await checkOut(shopper, { ...purchaseOf(shopper, pricing), token: 'tok_declined' });
    if (answer.status !== 402) throw unusable('checkout with a card that is declined', answer);
    declined.add(1);
  }
  await pay(shopper, record, pricing);
}

async function letLapse(shopper: Shopper, record: BuyerRecord): Promise<void> {
  const ms = Date.parse(shopper.state?.expiresAt ?? '') - Date.now();
  await shopper.until((state) => state?.status !== 'held', Math.max(0, ms) + endsWithin * 1000);
  record.holdEndedWithin(endsWithin);
  if (shopper.state?.status === 'released') lapsed.add(1);
}

async function giveBack(shopper: Shopper): Promise<void> {
  const answer = await shopper.send('DELETE', `/api/drops/${dropId}/entry`, 'leave');
  if (answer.status !== 200) throw unusable('leave', answer);
  shopper.addAnswer(answer.body as EntryState);
  givenBack.add(1);
}

async function pay(shopper: Shopper, record: BuyerRecord, pricing: Pricing): Promise<void> {
  const { seats = [] } = shopper.state ?? {};
  const purchase = {
    ...purchaseOf(shopper, pricing),
    token: isFreeOfCharge(pricing) ? undefined : 'tok_approved',
  };
  const since = Date.now();
  const answer = await checkOut(shopper, purchase);
  // already_paid: the answer to an earlier try was lost. hold_expired: the time was over.
  if (answer.status !== 201 && answer.code !== 'already_paid') {
    if (answer.code !== 'hold_expired') throw unusable('checkout', answer);
    await shopper.until((state) => state?.status !== 'held', endsWithin * 1000);
    return;
  }
  const orderId = orderOf(answer);
  if (answer.status === 201) {
    paidMs.add(Date.now() - since);
    record.bought(answer.body as unknown as Order, seats);
  }
  paid.add(1);
  shopper.addAnswer({ status: 'sold', seats, ...(orderId !== undefined && { orderId }) });

  const read = await shopper.send('GET', `/api/orders/${orderId}`, 'order');
  record.readOrder(read.status, read.body as unknown as Order);
  // As if the buyer pressed twice, or the client retried after a lost answer.
  const again = await checkOut(shopper, purchase);
  record.paidAgain({ status: again.status, code: again.code, orderId: orderOf(again) });
  const list = await shopper.send('GET', '/api/orders', 'orders');
  if (list.status === 200) record.listed(list.body['items'] as Order[]);
}

/** `token`: of the card; undefined where there is nothing to pay. */
type Purchase = { checkoutToken: string | undefined; total: Money; token: string | undefined };

function purchaseOf({ state }: Shopper, pricing: Pricing): Omit<Purchase, 'token'> {
  return { checkoutToken: state?.checkoutToken, total: totalOf(pricing, state?.seats?.length ?? 0) };
}

function checkOut(shopper: Shopper, { checkoutToken, total, token }: Purchase): Promise<Answer> {
  const payment = token === undefined ? {} : { payment: { token } };
  return shopper.send('POST', '/api/checkout', 'checkout', { checkoutToken, total, ...payment });
}

function orderOf({ status, body }: Answer): string | undefined {
  const id = status === 201 ? body['id'] : body['orderId'];
  return typeof id === 'string' ? id : undefined;
}

function unusable(request: string, { status, code }: Answer): GaveUp {
  return new GaveUp(`${request} was answered ${status} ${code ?? ''}`.trim());
}

/**
 * A number from 0 to 100, spread evenly over the indexes (a low-discrepancy sequence), so that even a short run has all
 * cases. `choice` numbers the independent choices.
 */
function evenlySpread(index: number, choice: number): number {
  const steps = [0.618034, 0.754878, 0.56984];
  return (((index + 1) * (steps[choice] ?? 0.5)) % 1) * 100;
}

export function handleSummary(data: unknown) {
  return summarize('journey', data, {
    load: [
      ['load', `${rate} buyers/s for ${duration} s at ${baseUrl}, drop ${dropId}`],
      ['', `${socketShare} % with a socket; ${quantity} seats each`],
    ],
    counts: [
      ['accepted', 'entries_accepted'],
      ['came too late', 'entries_too_late'],
      ['held', 'outcome_held'],
      ['standby', 'outcome_standby'],
      ['sold out', 'outcome_sold_out'],
      ['promoted', 'holds_from_standby'],
      ['orders', 'orders_paid'],
      ['cards declined', 'cards_declined'],
      ['holds lapsed', 'holds_lapsed'],
      ['given back', 'holds_given_back'],
      ['left standby', 'standby_left'],
      ['retries', 'retries'],
      ['not started', 'dropped_iterations'],
    ],
    latencies: [
      ['press → 202', 'accepted_ms'],
      ['told by socket', 'told_by_socket_ms'],
      ['told by polling', 'told_by_polling_ms'],
      ['pay → order', 'paid_ms'],
    ],
  });
}

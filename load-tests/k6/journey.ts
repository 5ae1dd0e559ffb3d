/**
 * Buyers from the page to the ticket: who they are, the drop and its question, the entry, its outcome by socket or by
 * asking, and then they pay, have a card declined, let the hold lapse, give it back, or stand by. The run fails when
 * one of the rules in plain/rules.ts is broken for any of them.
 *
 *   k6 run -e DROP=12 -e BUYERS=buyers.json -e RATE=20 -e DURATION=1m load-tests/k6/journey.ts
 *   npm run load -- journey --set RATE=20              # with a drop and buyers made for it
 *
 * Needs a drop that is open, or opens within ten minutes (the run waits for it), and as many buyers as come, made with
 * `npm run buyers -- --count N --drop DROP --out FILE`. A drop with fewer seats than buyers shows standby, and one with
 * short holds their end. Payments go to the sandbox provider, which knows these cards; never run it where cards are
 * charged.
 *
 *   BASE_URL      the front door (http://127.0.0.1:8080)
 *   DROP          id of the drop
 *   BUYERS        the file of buyers
 *   RATE          buyers who come in a second (5)
 *   DURATION      for so long (30s)
 *   VUS           buyers who may be under way at once (RATE for two minutes, at most all)
 *   QUANTITY      seats each asks for (2, at most what the drop allows)
 *   SOCKETS       per cent who have a socket; the others ask (50)
 *   POLL_MS       milliseconds between two of their questions (1000)
 *   DECLINE       per cent of those with a hold whose first card is declined; they pay with another one (10)
 *   LAPSE         per cent who let it run out (10)
 *   LEAVE         per cent who give it back (5)
 *   STANDBY_FOR   how long somebody stands by before leaving (30s)
 *   OUTCOME_WITHIN  rule: an entry answered 202 has its outcome within (30s)
 *   ENDS_WITHIN   rule: a hold that is not paid ends so long after its time (15s)
 *   P95_MS        aim: 95 % of those with a socket know their outcome so many milliseconds after pressing (1000)
 *   GAVE_UP       aim: at most this share gets no answer that it can use (0.01)
 *   SUMMARY_JSON  a file for everything k6 found out
 */
import { check, sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Rate, Trend } from 'k6/metrics';
import type { Options } from 'k6/options';
import type { EntryState } from '../../shared/contract/entries.ts';
import { buyerAt, needBuyers } from './buyers.ts';
import { complain } from './complain.ts';
import { openDrop, type Answer, type DropView } from './http.ts';
import { pause } from './pause.ts';
import type { TestBuyer } from './plain/buyers-file.ts';
import { BuyerRecord, rules, type Order } from './plain/rules.ts';
import { trendStats } from './plain/summary.ts';
import { baseUrl, dropId, number, seconds } from './settings.ts';
import { Shopper } from './shopper.ts';
import { summarize } from './summary.ts';

const rate = number('RATE', 5, 0.1);
const duration = seconds('DURATION', 30);
const come = Math.floor(rate * duration);
const vus = number('VUS', Math.max(1, Math.min(come, Math.ceil(rate * 120))), 1);
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
needBuyers(come);

export const options: Options = {
  scenarios: {
    journey: {
      executor: 'constant-arrival-rate',
      // k6 takes whole numbers.
      rate: Math.round(rate * 10),
      timeUnit: '10s',
      duration: `${duration}s`,
      preAllocatedVUs: vus,
      // The last who come are seen through, whatever time they may take.
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
    dropped_iterations: [`count<=${Math.ceil(come * 0.01)}`],
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
const left = new Counter('holds_given_back');
const leftStandby = new Counter('standby_left');
const retried = new Counter('tried_again');
const gaveUp = new Rate('gave_up');
const acceptedMs = new Trend('accepted_ms', true);
const toldMs = {
  socket: new Trend('told_by_socket_ms', true),
  asking: new Trend('told_by_asking_ms', true),
};
const paidMs = new Trend('paid_ms', true);

// Every answer is looked at below; none is a failure by its status alone.
http.setResponseCallback(http.expectedStatuses({ min: 100, max: 599 }));

export function setup(): DropView {
  return openDrop(sleep, true);
}

/** The buyer got an answer that ends the journey early. */
class GaveUp extends Error {}

export default async function journey(drop: DropView): Promise<void> {
  const index = exec.scenario.iterationInTest;
  const buyer = buyerAt(index);
  // k6 may begin one more than the rate comes to.
  if (!buyer) return;
  const record = new BuyerRecord({ userId: buyer.userId, dropId, price: drop.price }, (rule, holds, what) => {
    check(holds, { [rules[rule]]: (value) => value });
    if (!holds) complain(rule, `${rules[rule]}: broken. ${what}`);
  });
  const onRetry = () => retried.add(1);
  const shopper = new Shopper(buyer, record, { pollMs, quietMs: Math.max(5_000, pollMs), onRetry });
  try {
    await goShopping(shopper, record, buyer, index);
    gaveUp.add(false);
  } catch (error) {
    gaveUp.add(true);
    const { message } = error as Error;
    complain(message, `buyer ${buyer.userId} gave up: ${message}`);
  } finally {
    // One that is left open would keep k6 from ending.
    shopper.leavePage();
  }
}

async function goShopping(
  shopper: Shopper,
  record: BuyerRecord,
  buyer: TestBuyer,
  index: number,
): Promise<void> {
  const me = await shopper.send('GET', '/api/auth/me', 'who am I');
  const user = me.body['user'] as { id?: number } | undefined;
  if (me.status !== 200 || user?.id !== buyer.userId) throw unusable('who am I', me);
  const hasSocket = dealt(index, 0) < socketShare;
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
  toldMs[hasSocket ? 'socket' : 'asking'].add(Date.now() - pressedAt);
  if (status === 'held' || status === 'standby' || status === 'sold_out') outcomes[status].add(1);
  if (status === 'standby') await standBy(shopper);
  if (shopper.state?.status === 'held') await useHold(shopper, record, index);

  const atTheEnd = await shopper.look();
  if (atTheEnd) record.askedAtTheEnd(atTheEnd);
}

/** What to send: the question is this buyer's, and the answer is in the file. */
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
    // Or seats came just now.
    if (answer.status === 200) {
      shopper.answered(answer.body as EntryState);
      leftStandby.add(1);
    } else await shopper.until(isOver, pollMs);
  }
  if (shopper.state?.status === 'held') promoted.add(1);
}

async function useHold(shopper: Shopper, record: BuyerRecord, index: number): Promise<void> {
  const drawn = dealt(index, 1);
  const { decline, lapse, leave } = shares;
  if (drawn < lapse) return letLapse(shopper, record);
  if (drawn < lapse + leave) return giveBack(shopper);
  await pause(200 + dealt(index, 2) * 20);
  if (drawn < lapse + leave + decline) {
    const answer = await checkOut(shopper, 'tok_declined');
    if (answer.status !== 402) throw unusable('checkout with a card that is declined', answer);
    declined.add(1);
  }
  await pay(shopper, record);
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
  shopper.answered(answer.body as EntryState);
  left.add(1);
}

async function pay(shopper: Shopper, record: BuyerRecord): Promise<void> {
  const { seats = [] } = shopper.state ?? {};
  const { checkoutToken } = shopper.state ?? {};
  const since = Date.now();
  const answer = await checkOut(shopper, 'tok_approved', checkoutToken);
  // An answer may have been lost on its way, or the time was over.
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
  shopper.answered({ status: 'sold', seats, ...(orderId !== undefined && { orderId }) });

  const read = await shopper.send('GET', `/api/orders/${orderId}`, 'order');
  record.readOrder(read.status, read.body as unknown as Order);
  // Pressed twice, or tried again after the answer was lost.
  const again = await checkOut(shopper, 'tok_approved', checkoutToken);
  record.paidAgain({ status: again.status, code: again.code, orderId: orderOf(again) });
  const list = await shopper.send('GET', '/api/orders', 'orders');
  if (list.status === 200) record.listed(list.body['items'] as Order[]);
}

function checkOut(
  shopper: Shopper,
  token: 'tok_approved' | 'tok_declined',
  checkoutToken = shopper.state?.checkoutToken,
): Promise<Answer> {
  return shopper.send('POST', '/api/checkout', 'checkout', { checkoutToken, payment: { token } });
}

function orderOf({ status, body }: Answer): string | undefined {
  const id = status === 201 ? body['id'] : body['orderId'];
  return typeof id === 'string' ? id : undefined;
}

function unusable(what: string, { status, code }: Answer): GaveUp {
  return new GaveUp(`${what} was answered ${status} ${code ?? ''}`.trim());
}

/** 0 to 100, dealt out evenly, so that a short run has some of everything. `turn`: one for each choice. */
function dealt(index: number, turn: number): number {
  const steps = [0.618034, 0.754878, 0.56984];
  return (((index + 1) * (steps[turn] ?? 0.5)) % 1) * 100;
}

export function handleSummary(data: unknown) {
  return summarize('journey', data, {
    asked: [
      ['asked for', `${rate} buyers a second for ${duration} s at ${baseUrl}, drop ${dropId}`],
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
      ['tried again', 'tried_again'],
      ['did not come', 'dropped_iterations'],
    ],
    latencies: [
      ['press → 202', 'accepted_ms'],
      ['told by socket', 'told_by_socket_ms'],
      ['told by asking', 'told_by_asking_ms'],
      ['pay → order', 'paid_ms'],
    ],
  });
}

/**
 * One simulated buyer, from opening the drop's page to a ticket or to the news that there is none: watches the drop,
 * reads the question, presses Buy when the drop opens, and acts on the outcome as planned.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EntryState } from '../../shared/contract/entries.ts';
import { totalOf, type Pricing } from '../../shared/contract/total.ts';
import { lastWord, type Press, type Told } from '../../proof/played/told.ts';
import type { Board } from './board.ts';
import type { Answer, Caller, FrontDoor } from './front-door.ts';
import type { Identity } from './make-buyers.ts';
import type { PaymentToken, Plan, WithHold } from './plan.ts';
import { connectSocket, type BuyerSocket, type SocketHandlers } from './socket.ts';

export type BuyerSetting = {
  door: FrontDoor;
  dropId: number;
  /** Who refunds seats for buyers who ask for it. */
  organizer: Caller;
  /** The drop's, as its page shows it. */
  pricing: Pricing;
  board: Board;
  /** Shared by all buyers. Drills need more patience, since they break things on purpose. */
  patience?: Patience;
};

export type Patience = {
  /** Maximum tries of a request whose answer allows a retry. */
  tries: number;
  /** A buyer who received no event for `quietForMs` polls by HTTP, for at most `askForMs`. */
  quietForMs: number;
  askForMs: number;
  /** Timeout for connecting a socket and for its answers; without it, the usual one. */
  socketMs?: number;
  /** Interval of HTTP polls in standby, in addition to socket events. */
  pollStandbyMs: number;
};

type Question = { questionId: number; answer: string };

const usualPatience: Patience = {
  tries: 10,
  quietForMs: 8_000,
  askForMs: 90_000,
  pollStandbyMs: Infinity,
};
const pollIntervalMs = 1_500;

const endStates = new Set<EntryState['status']>(['sold', 'sold_out', 'released', 'none']);

export class Buyer {
  readonly identity: Identity;
  readonly presses: Press[] = [];
  readonly told: Told[] = [];
  /** Still acts or waits for an event that must come before the drop can be over. */
  busy = false;

  readonly #setting: BuyerSetting;
  readonly #plan: Plan;
  readonly #patience: Patience;
  #socket: BuyerSocket | undefined;
  #closing = false;
  #changed: (() => void) | undefined;
  #pressedAt = 0;
  /** Until when a begun payment keeps the hold. Milliseconds since 1970. */
  #payBy = 0;
  #dropIsOver = false;

  constructor(identity: Identity, plan: Plan, setting: BuyerSetting) {
    this.identity = identity;
    this.#plan = plan;
    this.#setting = setting;
    this.#patience = setting.patience ?? usualPatience;
  }

  /** Counted from when the drop opens. */
  get pressAfterMs(): number {
    return this.#plan.pressAfterMs;
  }

  get userId(): number {
    return this.identity.userId;
  }

  /** The latest known state of the entry; events that arrive late, with an older version, do not change it. */
  get state(): EntryState | undefined {
    return lastWord(this.told);
  }

  /** Opens the page: connects a socket that watches the drop. Rejects if that fails. */
  async arrive(): Promise<void> {
    const { door, dropId, board } = this.#setting;
    const headers = {
      'x-forwarded-for': this.identity.address,
      cookie: `session=${this.identity.token}`,
      origin: door.url,
    };
    const handlers: SocketHandlers = {
      onEvent: (event, payload) => this.#onEvent(event, payload),
      onLost: () => {
        // A socket lost before it watched the drop was never counted; the caller of `arrive` retries.
        if (this.#socket === socket) void this.#reconnect();
      },
    };
    const socket = await connectSocket(door.url, headers, handlers, this.#patience.socketMs);
    const answer = await socket.emitWithAck('drop:watch', { dropId });
    if (!answer.ok) {
      socket.close();
      throw new Error(`drop:watch was answered ${answer.code}`);
    }
    this.#socket = socket;
    board.connected += 1;
    // Empty before the press; after a reconnect it is the current state.
    if (answer.entry.status !== 'none') this.#record(answer.entry, 'socket');
  }

  /** Tells a buyer in standby that no hold is live any more, so that no seat can come free. */
  dropIsOver(): void {
    this.#dropIsOver = true;
    this.#changed?.();
  }

  leavePage(): void {
    this.#closing = true;
    this.#socket?.close();
  }

  /** Presses Buy and follows the entry to its end. */
  async buy(question: Question): Promise<void> {
    this.busy = true;
    try {
      const accepted = await this.#press(question);
      if (!accepted) return;
      await this.#until(() => this.state !== undefined, this.#patience.quietForMs);
      if (!this.state) {
        this.#setting.board.outcomeBy.http += 1;
        await this.#askUntil(() => this.state !== undefined);
      }
      if (this.state?.status === 'standby') await this.#standBy();
      if (this.state?.status === 'held') await this.#useHold();
      if (this.state?.status === 'sold') await this.#giveBack(this.state);
    } finally {
      this.busy = false;
    }
  }

  /** GET entry, without recording the answer. */
  async askEntry(): Promise<Answer> {
    return this.#setting.door.ask('GET', `/api/drops/${this.#setting.dropId}/entry`, this.identity);
  }

  async #press(question: Question): Promise<boolean> {
    const { quantity, twice } = this.#plan;
    this.#pressedAt = Date.now();
    const body = { ...question, quantity };
    const results = await Promise.all((twice ? [0, 1] : [0]).map(() => this.#enter(body)));
    const { board } = this.#setting;
    if (results.some(({ status }) => status === 202)) {
      board.accepted += 1;
      return true;
    }
    if (results.every(({ code }) => code === 'drop_sold_out')) board.turnedAway += 1;
    else board.refused += 1;
    return false;
  }

  /** Sends an entry and retries while the answer allows it. */
  async #enter(body: unknown): Promise<Answer> {
    const { door, dropId, board } = this.#setting;
    for (let tries = 1; ; tries += 1) {
      const sentAt = Date.now();
      const answer = await door.ask('POST', `/api/drops/${dropId}/entries`, this.identity, body);
      const answeredAt = Date.now();
      const result = resultOf(answer);
      this.presses.push({ sentAt, answeredAt, result });
      if (result === 'accepted') {
        board.acceptedAfter.push(answeredAt - this.#pressedAt);
        board.acceptedAt.push(answeredAt);
        return answer;
      }
      if (answer.code !== 'drop_sold_out') board.error(`entry ${describe(answer)}`);
      if (!isToBeRepeated(answer) || tries >= this.#patience.tries) return answer;
      await pauseBefore(answer);
    }
  }

  async #standBy(): Promise<void> {
    const { board } = this.#setting;
    const { leaveStandbyAfterMs } = this.#plan;
    if (leaveStandbyAfterMs !== undefined) {
      await this.#until(() => this.state?.status !== 'standby', leaveStandbyAfterMs);
      if (this.state?.status === 'standby') {
        const answer = await this.#leave();
        if (answer === 'none') board.leftStandby += 1;
        if (answer !== undefined && answer !== 'held') return;
      }
    }
    // A buyer in standby does not keep the drop from being over.
    this.busy = false;
    const isOver = () => this.#dropIsOver || this.state?.status !== 'standby';
    while (!isOver()) {
      await this.#until(isOver, this.#patience.pollStandbyMs);
      if (!isOver()) await this.#poll();
    }
    if (this.#dropIsOver && this.#patience.pollStandbyMs !== Infinity) await this.#poll();
    this.busy = true;
  }

  async #useHold(): Promise<void> {
    const { withHold } = this.#plan;
    const { board } = this.#setting;
    switch (withHold.kind) {
      case 'pay':
        await sleep(withHold.afterMs);
        return this.#pay(withHold);
      case 'abandon':
        await sleep(withHold.afterMs);
        await this.#checkout(this.#purchase());
        board.abandoned += 1;
        return this.#untilEnded();
      case 'leave': {
        await sleep(withHold.afterMs);
        if ((await this.#leave()) === 'released') board.leftHold += 1;
        return this.#untilEnded();
      }
      case 'lapse':
        await this.#untilEnded();
        board.lapsed += 1;
    }
  }

  async #pay({ tokens, opensPage, approves = true }: Extract<WithHold, { kind: 'pay' }>): Promise<void> {
    const { board } = this.#setting;
    const purchase = this.#purchase();
    if (opensPage) await this.#checkout(purchase);
    for (const token of tokens) {
      const since = Date.now();
      let answer = await this.#checkout(purchase, token);
      if (challengeIn(answer) !== undefined) {
        board.challenged += 1;
        await this.#answerBank(challengeIn(answer), approves);
        answer = await this.#checkout(purchase);
        // The bank's no leaves the payment open for another card.
        if (answer.body['declined'] !== undefined) answer = { ...answer, status: 402 };
      }
      // `already_paid`: an earlier try succeeded, but its answer was lost.
      const orderId = answer.code === 'already_paid' ? answer.body['orderId'] : answer.body['id'];
      if (answer.status === 201 || answer.code === 'already_paid') {
        board.paidAfter.push(Date.now() - since);
        const seats = this.state?.seats ?? [];
        // The answer has no version: this one is newer than the last known state and older than any later event.
        const version = (this.state?.version ?? 0) + 1;
        this.#record({ status: 'sold', version, orderId: String(orderId), seats }, 'own');
        board.paid += 1;
        return;
      }
      if (answer.status === 202) break;
      if (answer.status === 402) board.declined += 1;
      else board.error(`checkout ${describe(answer)}`);
    }
    await this.#untilEnded();
    if (this.state?.status === 'sold') board.paid += 1;
  }

  /** Gives seats of the order back as planned, and waits until they are. */
  async #giveBack({ orderId, seats = [] }: EntryState): Promise<void> {
    const { giveBack } = this.#plan;
    if (!giveBack) return;
    await sleep(giveBack.afterMs);
    const { board, organizer } = this.#setting;
    const chosen = giveBack.isWhole ? seats : seats.slice(0, 1);
    const asker = giveBack.throughOrganizer ? organizer : this.identity;
    const path = `/api/orders/${orderId}/refund`;
    const { status, code } = await this.#insist('refund', 'POST', path, { seats: chosen }, asker);
    // `already_refunded`: an earlier try succeeded, but its answer was lost.
    if (status !== 200 && code !== 'already_refunded') return;
    board.returned += 1;
    const isGone = () =>
      this.state?.status !== 'sold' || !chosen.some((seat) => this.state?.seats?.includes(seat));
    await this.#until(isGone, this.#patience.quietForMs);
    await this.#askUntil(isGone);
  }

  /** Sends a request, again and again while the answer allows it. */
  async #insist(
    name: string,
    method: 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    caller: Caller = this.identity,
  ): Promise<Answer> {
    const { door, board } = this.#setting;
    for (let tries = 1; ; tries += 1) {
      const answer = await door.ask(method, path, caller, body);
      if (answer.status === 200) return answer;
      board.error(`${name} ${describe(answer)}`);
      if (!isToBeRepeated(answer) || tries >= this.#patience.tries) return answer;
      await pauseBefore(answer);
    }
  }

  /** The seats that are held, and what the page shows for them. */
  #purchase() {
    const { checkoutToken, seats = [] } = this.state ?? {};
    return { checkoutToken, total: totalOf(this.#setting.pricing, seats.length) };
  }

  /** Without `token`, begins the payment or asks what became of it. */
  async #checkout(purchase: object, token?: PaymentToken): Promise<Answer> {
    const { door, board } = this.#setting;
    for (let tries = 1; ; tries += 1) {
      const answer = await door.ask('POST', '/api/checkout', this.identity, {
        ...purchase,
        ...(token !== undefined && { payment: { token } }),
      });
      this.#payBy = Math.max(this.#payBy, Date.parse(String(answer.body['payBy'])) || 0);
      if (!isToBeRepeated(answer) || tries >= this.#patience.tries) return answer;
      board.error(`checkout ${describe(answer)}`);
      await pauseBefore(answer);
    }
  }

  async #answerBank(secret: string | undefined, approve: boolean): Promise<void> {
    await this.#insist('challenge', 'POST', '/sandbox-payments/frame/challenges', { secret, approve });
  }

  /** Leaves the hold or standby. Returns the resulting state, undefined if the request failed. */
  async #leave(): Promise<EntryState['status'] | undefined> {
    const answer = await this.#insist('leave', 'DELETE', `/api/drops/${this.#setting.dropId}/entry`);
    // Nothing is left to leave if the answer to an earlier try was lost, and no event tells that.
    const result = answer.code === 'no_entry' ? await this.askEntry() : answer;
    if (result.status !== 200) return undefined;
    this.#record(result.body as EntryState, 'own');
    return this.state?.status;
  }

  /** Waits until the hold is paid or released. Polls by HTTP if the event is overdue. */
  async #untilEnded(): Promise<void> {
    const isOver = () => endStates.has(this.state?.status ?? 'none');
    const expiresAt = Date.parse(this.state?.expiresAt ?? '');
    const remainingMs = Math.max(Number.isFinite(expiresAt) ? expiresAt : 0, this.#payBy) - Date.now();
    await this.#until(isOver, Math.max(0, remainingMs) + this.#patience.quietForMs);
    if (isOver()) return;
    this.#setting.board.error('no event at the end of a hold');
    await this.#askUntil(isOver);
  }

  async #askUntil(condition: () => boolean): Promise<void> {
    const until = Date.now() + this.#patience.askForMs;
    while (!condition() && Date.now() < until) {
      await this.#poll();
      if (!condition()) await sleep(pollIntervalMs);
    }
  }

  /** Asks for the entry's state by HTTP and records it. */
  async #poll(): Promise<void> {
    const answer = await this.askEntry();
    if (answer.status !== 200) this.#setting.board.error(`ask ${describe(answer)}`);
    const entry = answer.body as EntryState;
    if (answer.status === 200 && entry.status !== 'none') this.#record(entry, 'http');
  }

  /** Waits until `condition` is true, checked after every recorded state, or until the time is over. */
  async #until(condition: () => boolean, ms = Infinity): Promise<void> {
    const deadline = Date.now() + ms;
    while (!condition() && Date.now() < deadline) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
        if (ms !== Infinity) timer = setTimeout(resolve, Math.max(1, deadline - Date.now()));
      });
      clearTimeout(timer);
      this.#changed = undefined;
    }
  }

  #onEvent(event: string, payload: unknown): void {
    const { dropId, entry } = payload as { dropId: number; entry?: EntryState };
    // Events about the drop itself only matter to the page.
    if (dropId !== this.#setting.dropId || !entry) return;
    if (event === 'hold:promoted') this.#setting.board.promoted += 1;
    this.#record(entry, 'socket');
  }

  #record(entry: EntryState, by: Told['by']): void {
    const at = Date.now();
    if (this.told.length === 0 && by !== 'own') this.#countOutcome(entry, at, by);
    this.told.push({ at, by, entry });
    this.#changed?.();
  }

  #countOutcome(entry: EntryState, at: number, by: 'socket' | 'http'): void {
    const { board } = this.#setting;
    if (by === 'socket') board.outcomeBy.socket += 1;
    board.toldAfter.push(at - this.#pressedAt);
    board.toldAt.push(at);
    if (entry.status === 'standby') board.standby += 1;
    else if (entry.status === 'sold_out') board.soldOut += 1;
    else board.heldAtOnce += 1;
  }

  async #reconnect(): Promise<void> {
    this.#setting.board.connected -= 1;
    await this.keepTrying();
  }

  /** Reconnects with growing delays, like the browser's client, and receives the current state. */
  async keepTrying(): Promise<void> {
    const { board } = this.#setting;
    for (let wait = 500; !this.#closing; wait = Math.min(5_000, wait * 2)) {
      await sleep(wait * (0.5 + Math.random()), undefined, { ref: false });
      try {
        await this.arrive();
        board.reconnects += 1;
        return;
      } catch (error) {
        board.error(`socket: ${(error as Error).message}`);
      }
    }
  }
}

/** The secret of a challenge that a bank poses; undefined if the answer is none. */
function challengeIn({ status, body }: Answer): string | undefined {
  const { step, secret } = (body['payment'] ?? {}) as { step?: string; secret?: string };
  return status === 200 && step === 'challenge' ? secret : undefined;
}

function resultOf({ status }: Answer): Press['result'] {
  if (status === 202) return 'accepted';
  // After a proxy error, no answer or a missing confirm of the broker, the entry may still be queued.
  return status === 0 || status >= 500 ? 'unknown' : 'refused';
}

function isToBeRepeated({ status, code }: Answer): boolean {
  // The first try was accepted, its answer was lost and its hold has ended: an account gets no second hold.
  if (code === 'hold_lapsed') return false;
  return [0, 425, 429, 502, 503, 504].includes(status) || code === 'payment_under_way';
}

async function pauseBefore({ retryAfter = 1 }: Answer): Promise<void> {
  await sleep(retryAfter * 1000 + Math.random() * 500);
}

function describe({ status, code }: Answer): string {
  return status === 0 ? `no answer (${code ?? ''})` : `${status} ${code ?? ''}`.trim();
}

import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpCall } from '../../general/payments/http-call.ts';
import type { Charge } from './charges.ts';

export type WebhookType = 'charge.approved' | 'charge.declined' | 'charge.canceled' | 'charge.refunded';

type Event = { type: WebhookType; key: string; chargeId: string };

export type Webhooks = {
  /** Tells the merchant, in the background. */
  send(type: WebhookType, charge: Charge): void;
  /** Stops all attempts under way. */
  close(): Promise<void>;
};

/** Events of this time are told by one webhook, as some providers do. Milliseconds. */
const GATHER_MS = 50;
/** Events of one webhook, at most. */
const MAX_EVENTS = 50;
/** Waits between the five attempts, in milliseconds. */
const BACKOFF = [500, 1_000, 2_000, 4_000];
const ATTEMPT_TIMEOUT_MS = 5_000;

/** `t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<body>">` */
export function signature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

export function createWebhooks(options: {
  url: string;
  secret: string;
  backoffMs?: readonly number[];
  log: (line: Record<string, unknown>) => void;
}): Webhooks {
  const { url, secret, backoffMs = BACKOFF, log } = options;
  const to = new URL(url);
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  let gathered: Event[] = [];

  async function gather(): Promise<void> {
    await sleep(GATHER_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    const events = gathered;
    gathered = [];
    const groups = Array.from({ length: Math.ceil(events.length / MAX_EVENTS) }, (_, index) =>
      events.slice(index * MAX_EVENTS, (index + 1) * MAX_EVENTS),
    );
    await Promise.all(groups.map(deliver));
  }

  async function deliver(events: Event[]): Promise<void> {
    // All attempts have the same id, so that the merchant can recognize a repetition.
    const body = JSON.stringify({ id: `evt_${randomUUID()}`, events });
    for (let attempt = 0; !closing.signal.aborted; attempt += 1) {
      const fault = await post(body);
      if (fault === undefined) return;
      const wait = backoffMs[attempt];
      log({ msg: 'webhook not delivered', keys: events.map(({ key }) => key), attempt: attempt + 1, fault });
      if (wait === undefined) return;
      await sleep(wait, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  /** @returns what went wrong; undefined if nothing did. */
  async function post(body: string): Promise<string | undefined> {
    const headers = {
      'content-type': 'application/json',
      'seatdrop-signature': signature(secret, Math.floor(Date.now() / 1000), body),
    };
    const { signal } = closing;
    try {
      const call = { method: 'POST', headers, body, timeoutMs: ATTEMPT_TIMEOUT_MS, signal };
      const { status } = await httpCall(to, call);
      return status >= 200 && status < 300 ? undefined : `status ${status}`;
    } catch (error) {
      return (error as Error).message;
    }
  }

  return {
    send(type, { key, id }) {
      if (gathered.push({ type, key, chargeId: id }) > 1) return;
      const delivery = gather().finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

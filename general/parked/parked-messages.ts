/**
 * Messages that could not be handled, in the queue `parked`. Whatever happens on the way, none is lost: it is taken
 * out of the queue only when the broker has it durably elsewhere. It may come twice.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { BrokerChannel } from '../../shared/messages/connect.ts';
import { decodeBatch, lateSent } from '../../shared/messages/entry-batch.ts';
import { decodeTimer } from '../../shared/messages/hold-timer.ts';
import { publishConfirmed } from '../../shared/messages/publish.ts';
import type { Topology } from '../../shared/messages/topology.ts';
import type { parkedMessage } from '../../shared/contract/operations.ts';
import { Problem } from '../../shared/tier/problems.ts';

type ConfirmChannel = NonNullable<ReturnType<BrokerChannel['current']>>;
type GetMessage = Exclude<Awaited<ReturnType<ConfirmChannel['get']>>, false>;

export type ParkedMessages = {
  /** The first `limit` of them; all stay where they are. */
  peek: (limit: number) => Promise<{ count: number; items: z.input<typeof parkedMessage>[] }>;
  /** Sends up to `limit` back to where each was given up. */
  resend: (limit: number) => Promise<{ resent: number; kept: number; left: number }>;
};

/** Looks at a message after which it is put into the queue anew: some brokers drop what came back too often. */
const mostLooks = 10;

/**
 * Milliseconds. The broker does not confirm that what was put back is in its queue again, so its count is asked for at
 * these intervals, and no longer than this: another process may have sent some of it on.
 */
const backEveryMs = 10;
const backWithinMs = 1_000;

/** `channel`: of its own, set up with all entry queues, the queue of ended holds and `parked`. */
export function createParkedMessages(channel: BrokerChannel, topology: Topology): ParkedMessages {
  const origins = new Set([
    ...Array.from({ length: topology.entryQueueCount }, (_, number) => topology.entryQueue(number)),
    topology.expired,
  ]);
  // What one call has in hand another would not see.
  let line: Promise<unknown> = Promise.resolve();

  const alone = <T>(work: (open: ConfirmChannel) => Promise<T>): Promise<T> => {
    const run = async () => {
      const open = channel.current();
      if (!open) throw new Problem('unavailable', { retryAfter: 2 });
      try {
        return await work(open);
      } catch (error) {
        // The channel closed, or a confirm did not come: what was in hand is back in the queue.
        throw new Problem('unavailable', { retryAfter: 2, cause: error });
      }
    };
    const mine = line.then(run);
    line = mine.catch(() => {});
    return mine;
  };

  /** Calls `each` with message after message; those for which it resolves false go back to their place. */
  const take = async (
    open: ConfirmChannel,
    most: number,
    each: (message: GetMessage) => Promise<boolean>,
  ): Promise<void> => {
    const back: GetMessage[] = [];
    try {
      for (let taken = 0; taken < most; taken += 1) {
        const message = await open.get(topology.parked);
        if (message === false) break;
        // In hand until it is said to be elsewhere.
        back.push(message);
        if (!(await each(message))) continue;
        open.ack(message);
        back.pop();
      }
    } finally {
      if (channel.current() === open) for (const message of back) open.nack(message, false, true);
    }
  };

  /** The next call must not find fewer messages than there are. */
  const untilBack = async (open: ConfirmChannel, count: number): Promise<void> => {
    const until = performance.now() + backWithinMs;
    while ((await open.checkQueue(topology.parked)).messageCount < count && performance.now() < until)
      await sleep(backEveryMs);
  };

  return {
    peek: (limit) =>
      alone(async (open) => {
        const { messageCount } = await open.checkQueue(topology.parked);
        const items: z.input<typeof parkedMessage>[] = [];
        await take(open, Math.min(limit, messageCount), async (message) => {
          items.push(describe(message, Date.now()));
          if (looksAt(message) < mostLooks) return false;
          await publishConfirmed(open, '', topology.parked, again(message));
          return true;
        });
        if (items.length > 0) await untilBack(open, messageCount);
        return { count: messageCount, items };
      }),

    resend: (limit) =>
      alone(async (open) => {
        const { messageCount } = await open.checkQueue(topology.parked);
        let resent = 0;
        let kept = 0;
        // No more than there were: what is given up again meanwhile waits for the next call.
        await take(open, Math.min(limit, messageCount), async (message) => {
          const { queue } = deathOf(message);
          if (queue === null || !origins.has(queue)) {
            kept += 1;
            // Behind the others, so that the next call gets to those.
            await publishConfirmed(open, '', topology.parked, again(message));
            return true;
          }
          await publishConfirmed(open, '', queue, asItWas(message));
          resent += 1;
          return true;
        });
        const { messageCount: left } = await open.checkQueue(topology.parked);
        return { resent, kept, left: Math.max(left, messageCount - resent) };
      }),
  };
}

type Death = { queue: string | null; reason: string | null; at: number | null };

/**
 * The broker writes down each queue where a message died, the latest first: that is the one that gave it up. A timer
 * died of its age before, as it should.
 */
function deathOf({ properties }: GetMessage): Death {
  const headers: Record<string, unknown> = properties.headers ?? {};
  const deaths = Array.isArray(headers['x-death']) ? (headers['x-death'] as Record<string, unknown>[]) : [];
  const [latest = {}] = deaths;
  const { queue = headers['x-first-death-queue'], reason = headers['x-first-death-reason'], time } = latest;
  const seconds = (time as { value?: unknown } | undefined)?.value;
  return {
    queue: typeof queue === 'string' ? queue : null,
    reason: typeof reason === 'string' ? reason : null,
    at: typeof seconds === 'number' ? seconds * 1000 : null,
  };
}

function describe(message: GetMessage, now: number): z.input<typeof parkedMessage> {
  const { content, properties } = message;
  const { queue, reason, at } = deathOf(message);
  const type: unknown = properties.type;
  const id: unknown = properties.messageId;
  const fingerprint = () => createHash('sha256').update(content).digest('hex').slice(0, 16);
  return {
    id: typeof id === 'string' ? id.slice(0, 100) : fingerprint(),
    type: typeof type === 'string' ? type.slice(0, 100) : null,
    queue,
    reason,
    ageSeconds: at === null ? null : Math.max(0, Math.round((now - at) / 1000)),
    bytes: content.length,
    decoded: decode(message),
  };
}

function decode(message: GetMessage): z.input<typeof parkedMessage>['decoded'] {
  const batch = decodeBatch(message);
  if (batch && batch.place.dropId > 0) return { kind: 'entries', ...batch.place, entries: batch.size };
  const timer = decodeTimer(message);
  if (timer && timer.place.dropId > 0) return { kind: 'holds', ...timer.place, holdIds: timer.holdIds };
  return null;
}

function looksAt({ properties }: GetMessage): number {
  const headers: Record<string, unknown> = properties.headers ?? {};
  return Number(headers['x-delivery-count'] ?? 0);
}

type Publishable = Parameters<typeof publishConfirmed>[3];

/** The same message with what the broker wrote about its death. */
function again({ content, properties }: GetMessage): Publishable {
  const { type, messageId, headers } = properties as Publishable['options'];
  const { 'x-delivery-count': _, ...kept } = (headers ?? {}) as Record<string, unknown>;
  return {
    content,
    options: {
      persistent: true,
      ...(type !== undefined && { type }),
      ...(messageId !== undefined && { messageId }),
      headers: kept,
    },
  };
}

/** The message as it was first sent, without what the broker wrote on it since; a batch says that it comes late. */
function asItWas(message: GetMessage): Publishable {
  const { content, options } = again(message);
  const { sent, ...headers } = Object.fromEntries(
    Object.entries((options.headers ?? {}) as Record<string, unknown>).filter(
      ([name]) => !name.startsWith('x-'),
    ),
  );
  const late = lateSent(sent);
  return { content, options: { ...options, headers: { ...headers, ...(late && { sent: late }) } } };
}

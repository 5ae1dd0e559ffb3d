/**
 * Messages that could not be handled, in the queue `parked`. No message is ever lost: it is removed from the queue
 * only when the broker has it durably elsewhere. It may be duplicated.
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
  /** Returns the first `limit` messages and leaves all in the queue. */
  peek: (limit: number) => Promise<{ count: number; items: z.input<typeof parkedMessage>[] }>;
  /** Sends up to `limit` messages back to the queues in which they failed. */
  resend: (limit: number) => Promise<{ resent: number; kept: number; left: number }>;
};

/**
 * After this many reads a message is published to the queue asParked: some brokers drop a message that was returned too
 * often.
 */
const maxReads = 10;

/**
 * The broker does not confirm that a returned message is in its queue asParked, so the queue's count is read at this
 * interval, and for this long at most: another process may have resent some of the messages.
 */
const pollEveryMs = 10;
const pollForMs = 1_000;

/** `channel` must be used by nothing else and have asserted all entry queues, the queue of ended holds and `parked`. */
export function createParkedMessages(channel: BrokerChannel, topology: Topology): ParkedMessages {
  const origins = new Set([
    ...Array.from({ length: topology.entryQueueCount }, (_, number) => topology.entryQueue(number)),
    topology.expired,
  ]);
  // Calls run one after the other, since messages taken by one call are invisible to another.
  let line: Promise<unknown> = Promise.resolve();

  const exclusively = <T>(work: (open: ConfirmChannel) => Promise<T>): Promise<T> => {
    const run = async () => {
      const open = channel.current();
      if (!open) throw new Problem('unavailable', { retryAfter: 2 });
      try {
        return await work(open);
      } catch (error) {
        // The channel closed or a confirm did not come: the broker has returned the taken messages to the queue.
        throw new Problem('unavailable', { retryAfter: 2, cause: error });
      }
    };
    const mine = line.then(run);
    line = mine.catch(() => {});
    return mine;
  };

  /** Calls `handle` with up to `limit` messages; those for which it resolves false go back to their place. */
  const take = async (
    open: ConfirmChannel,
    limit: number,
    handle: (message: GetMessage) => Promise<boolean>,
  ): Promise<void> => {
    const unacked: GetMessage[] = [];
    try {
      for (let taken = 0; taken < limit; taken += 1) {
        const message = await open.get(topology.parked);
        if (message === false) break;
        // Kept unacknowledged until it is elsewhere.
        unacked.push(message);
        if (!(await handle(message))) continue;
        open.ack(message);
        unacked.pop();
      }
    } finally {
      if (channel.current() === open) for (const message of unacked) open.nack(message, false, true);
    }
  };

  /** Waits until the returned messages are counted asParked, so that the next call does not find too few. */
  const waitUntilBack = async (open: ConfirmChannel, count: number): Promise<void> => {
    const until = performance.now() + pollForMs;
    while ((await open.checkQueue(topology.parked)).messageCount < count && performance.now() < until)
      await sleep(pollEveryMs);
  };

  return {
    peek: (limit) =>
      exclusively(async (open) => {
        const { messageCount } = await open.checkQueue(topology.parked);
        const items: z.input<typeof parkedMessage>[] = [];
        await take(open, Math.min(limit, messageCount), async (message) => {
          items.push(describe(message, Date.now()));
          if (readCount(message) < maxReads) return false;
          await publishConfirmed(open, '', topology.parked, asParked(message));
          return true;
        });
        if (items.length > 0) await waitUntilBack(open, messageCount);
        return { count: messageCount, items };
      }),

    resend: (limit) =>
      exclusively(async (open) => {
        const { messageCount } = await open.checkQueue(topology.parked);
        let resent = 0;
        let kept = 0;
        // At most the messages present now: those that fail asParked meanwhile wait for the next call.
        await take(open, Math.min(limit, messageCount), async (message) => {
          const { queue } = deathOf(message);
          if (queue === null || !origins.has(queue)) {
            kept += 1;
            // Moved behind the others, so that the next call gets to those.
            await publishConfirmed(open, '', topology.parked, asParked(message));
            return true;
          }
          await publishConfirmed(open, '', queue, asFirstSent(message));
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
 * The broker lists each queue where a message died, the latest first: that is the queue in which handling failed. A
 * hold timer died before that by expiring, as intended.
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

function readCount({ properties }: GetMessage): number {
  const headers: Record<string, unknown> = properties.headers ?? {};
  return Number(headers['x-delivery-count'] ?? 0);
}

type Publishable = Parameters<typeof publishConfirmed>[3];

/** The message with the broker's headers about its death. */
function asParked({ content, properties }: GetMessage): Publishable {
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

/** The message as first sent, without headers the broker has added; a batch is marked as late. */
function asFirstSent(message: GetMessage): Publishable {
  const { content, options } = asParked(message);
  const { sent, ...headers } = Object.fromEntries(
    Object.entries((options.headers ?? {}) as Record<string, unknown>).filter(
      ([name]) => !name.startsWith('x-'),
    ),
  );
  const late = lateSent(sent);
  return { content, options: { ...options, headers: { ...headers, ...(late && { sent: late }) } } };
}

/**
 * Sends what is in the outbox, through one port. Every process of this tier runs it, each with its own rows. A row is
 * marked as sent only after its job was accepted, so it may be sent twice but is never lost.
 *
 * News of priority 0 is sent by a loop of its own, so that it waits neither for other news nor for a channel that is
 * slow with other news.
 */
import type { Database } from '../../shared/mysql/connect.ts';
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import type { Log } from '../../shared/tier/log.ts';
import {
  claimRows,
  isLastTry,
  markSent,
  priorities,
  putOff,
  type OutboxRow,
  type Priority,
} from '../mail/outbox.ts';
import type { NewsMetrics } from './news-metrics.ts';
import type { Job, Port } from './port.ts';

export type RelayParts = { db: Database; log: Log };

/** How often news of priority 0 is looked for. */
const urgentEveryMs = 250;

export function startRelay<J extends Job>(
  parts: RelayParts,
  port: Port<J>,
  metrics: NewsMetrics,
  everyMs = 1_000,
): Loop {
  const loops = [
    startLoop(`relay urgent ${port.channel}`, Math.min(urgentEveryMs, everyMs), parts.log, () =>
      relay(parts, port, [0], metrics),
    ),
    startLoop(`relay ${port.channel}`, everyMs, parts.log, () => relay(parts, port, [1, 2], metrics)),
  ];
  return {
    poke: () => loops.forEach((loop) => loop.poke()),
    stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))),
  };
}

/**
 * Sends what is due of these priorities, the first ones first.
 * @throws Error if none of the rows it took could be sent, so that the rest is not tried in vain now
 */
export async function relay<J extends Job>(
  parts: RelayParts,
  port: Port<J>,
  of: readonly Priority[] = priorities,
  metrics?: NewsMetrics,
): Promise<void> {
  // Rows that failed before may fail again, so new rows do not wait behind them.
  try {
    await relayAll(parts, port, { of, which: 'new' }, metrics);
  } finally {
    await relayAll(parts, port, { of, which: 'tried before' }, metrics);
  }
}

type Lanes = { of: readonly Priority[]; which: 'new' | 'tried before' };

async function relayAll<J extends Job>(
  parts: RelayParts,
  port: Port<J>,
  lanes: Lanes,
  metrics: NewsMetrics | undefined,
): Promise<void> {
  const { db } = parts;
  for (;;) {
    const rows = await claimFirst(db, port, lanes);
    if (rows.length === 0) return;
    const note = (outcome: 'handed_over' | 'failed', some: readonly OutboxRow[]) => {
      for (const row of some) {
        metrics?.note(row.topic, port.channel, outcome);
        if (outcome === 'failed' && isLastTry(row)) metrics?.note(row.topic, port.channel, 'given_up');
      }
    };
    const { failed, dropped } = await sendRows(parts, port, rows).catch(async (error: unknown) => {
      await putOff(db, rows);
      note('failed', rows);
      throw error;
    });
    const done = rows.filter((row) => !failed.has(row));
    await markSent(db, done);
    await putOff(db, [...failed]);
    note('failed', [...failed]);
    note(
      'handed_over',
      done.filter((row) => !dropped.has(row)),
    );
    for (const { topic } of dropped) metrics?.note(topic, port.channel, 'not_needed');
    if (failed.size === rows.length) throw new Error('nothing of this group was accepted');
  }
}

/** The next rows of the first lane that has any: after each group it is looked again whether a lane before it has. */
async function claimFirst(
  db: Database,
  { channel, atOnce }: Pick<Port, 'channel' | 'atOnce'>,
  { of, which }: Lanes,
): Promise<OutboxRow[]> {
  for (const priority of of) {
    const rows = await claimRows(db, { channel, priority, which }, atOnce);
    if (rows.length > 0) return rows;
  }
  return [];
}

/** `failed`: not sent. `dropped`: there was nothing to send. */
async function sendRows<J extends Job>(
  { log }: RelayParts,
  port: Port<J>,
  rows: readonly OutboxRow[],
): Promise<{ failed: Set<OutboxRow>; dropped: Set<OutboxRow> }> {
  const failed = new Set<OutboxRow>();
  const dropped = new Set<OutboxRow>();
  const made = new Map<string, OutboxRow>();
  const jobs = (await port.makeJobs(rows)).flatMap((one) => {
    if ('job' in one) {
      if (!one.job) {
        dropped.add(one.row);
        return [];
      }
      made.set(one.job.id, one.row);
      return [one.job];
    }
    const { error, row } = one;
    log.warn({ err: error, outboxId: row.id, topic: row.topic, channel: port.channel }, 'news not written');
    failed.add(row);
    return [];
  });
  if (jobs.length > 0)
    for (const id of await port.send(jobs)) {
      const row = made.get(id);
      if (row) failed.add(row);
    }
  return { failed, dropped };
}

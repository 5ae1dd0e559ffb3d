/**
 * Sends the mails in the outbox. Every process of this tier runs this relay, each with its own rows. A row is marked
 * as sent only after its job was accepted, so a mail may be sent twice but is never lost.
 */
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import type { Log } from '../../shared/tier/log.ts';
import type { MailMetrics } from '../mail/mail-metrics.ts';
import { makeJobs, type JobDeps } from '../mail/mail-jobs.ts';
import { maxJobs, type MailRoute } from '../mail/mail-route.ts';
import { claimRows, markSent, putOff, readBacklog, type OutboxRow } from '../mail/outbox.ts';

export type RelayDeps = JobDeps & { route: MailRoute; log: Log };

export function startRelayingMails(deps: RelayDeps, metrics: MailMetrics, everyMs = 1_000): Loop {
  return startLoop('relay mails', everyMs, deps.log, async () => {
    metrics.look(await readBacklog(deps.db));
    await relayMails(deps, metrics);
  });
}

/**
 * Sends the mails that are due.
 * @throws Error if none of the mails it took could be sent, so that the rest is not tried in vain now
 */
export async function relayMails(deps: RelayDeps, metrics?: MailMetrics): Promise<void> {
  // Rows that failed before may fail again, so new rows do not wait behind them.
  try {
    await relayAll(deps, 'new', metrics);
  } finally {
    await relayAll(deps, 'tried before', metrics);
  }
}

async function relayAll(
  deps: RelayDeps,
  which: 'new' | 'tried before',
  metrics: MailMetrics | undefined,
): Promise<void> {
  for (;;) {
    const rows = await claimRows(deps.db, which, maxJobs);
    if (rows.length === 0) return;
    const failed = await sendRows(deps, rows).catch(async (error: unknown) => {
      await putOff(deps.db, rows);
      metrics?.failed(rows.length);
      throw error;
    });
    await markSent(
      deps.db,
      rows.filter((row) => !failed.has(row)),
    );
    await putOff(deps.db, [...failed]);
    metrics?.sent(rows.length - failed.size);
    metrics?.failed(failed.size);
    if (failed.size === rows.length) throw new Error('no mail of this group was accepted');
  }
}

/** Returns the rows that were not sent. */
async function sendRows(deps: RelayDeps, rows: readonly OutboxRow[]): Promise<Set<OutboxRow>> {
  const failed = new Set<OutboxRow>();
  const made = new Map<string, OutboxRow>();
  const jobs = (await makeJobs(deps, rows)).flatMap((one) => {
    if ('job' in one) {
      if (one.job) made.set(one.job.id, one.row);
      return one.job ? [one.job] : [];
    }
    deps.log.warn(
      { err: one.error, outboxId: one.row.id, topic: one.row.topic },
      'a mail could not be written',
    );
    failed.add(one.row);
    return [];
  });
  if (jobs.length === 0) return failed;
  for (const id of await deps.route.send(jobs)) {
    const row = made.get(id);
    if (row) failed.add(row);
  }
  return failed;
}

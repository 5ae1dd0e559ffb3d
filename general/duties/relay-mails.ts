/** Sends the mails in the outbox (general/notifications/relay.ts), and counts those that wait. */
import { startLoop, type Loop } from '../../shared/tier/loop.ts';
import type { Log } from '../../shared/tier/log.ts';
import { makeJobs, type JobDeps } from '../mail/mail-jobs.ts';
import type { MailMetrics } from '../mail/mail-metrics.ts';
import { maxJobs, type MailRoute } from '../mail/mail-route.ts';
import { readBacklog } from '../mail/outbox.ts';
import type { NewsMetrics } from '../notifications/news-metrics.ts';
import type { Port } from '../notifications/port.ts';
import { relay, startRelay } from '../notifications/relay.ts';
import type { MailJob } from '../../lambda/send-email/mail-job.ts';

export type RelayDeps = JobDeps & { route: MailRoute; log: Log };

type Metrics = { mails: MailMetrics; news: NewsMetrics };

export function startRelayingMails(deps: RelayDeps, { mails, news }: Metrics): Loop {
  const sending = startRelay(deps, mailPort(deps), countBoth({ mails, news }));
  // Counting reads every waiting row.
  const counting = startLoop('count waiting mails', 5_000, deps.log, async () =>
    mails.look(await readBacklog(deps.db)),
  );
  return {
    poke: () => sending.poke(),
    stop: async () => void (await Promise.all([sending.stop(), counting.stop()])),
  };
}

/**
 * Sends the mails that are due.
 * @throws Error if none of the mails it took could be sent, so that the rest is not tried in vain now
 */
export async function relayMails(deps: RelayDeps, metrics?: Metrics): Promise<void> {
  await relay(deps, mailPort(deps), undefined, metrics && countBoth(metrics));
}

const mailPort = (deps: RelayDeps): Port<MailJob> => ({
  channel: 'email',
  atOnce: maxJobs,
  makeJobs: (rows) => makeJobs(deps, rows),
  send: (jobs) => deps.route.send(jobs),
});

function countBoth({ mails, news }: Metrics): NewsMetrics {
  return {
    note(kind, channel, outcome) {
      news.note(kind, channel, outcome);
      if (outcome === 'handed_over') mails.sent(1);
      if (outcome === 'failed') mails.failed(1);
    },
  };
}

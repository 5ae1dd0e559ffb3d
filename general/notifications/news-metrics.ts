/** Metrics of news over all channels. The thresholds are in ops/alerts-mail.yml. */
import { Counter, type Registry } from 'prom-client';
import type { Channel } from '../../shared/contract/notifications.ts';

/** `failed` is tried again, until it is `given_up`. `not_needed`: what it was about was over. */
type NewsOutcome = 'handed_over' | 'failed' | 'given_up' | 'not_needed';

export type NewsMetrics = { note: (kind: string, channel: Channel, outcome: NewsOutcome) => void };

export function createNewsMetrics(registry: Registry): NewsMetrics {
  const news = new Counter({
    name: 'seatdrop_news_total',
    help: 'Mails and other news by kind and channel: handed over, failed (tried again), given up, or not needed any more',
    labelNames: ['kind', 'channel', 'outcome'],
    registers: [registry],
  });
  return { note: (kind, channel, outcome) => news.inc({ kind, channel, outcome }) };
}

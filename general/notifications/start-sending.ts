/** Starts what sends news: a relay for each channel that is set up, and the duties that write news by the clock. */
import type { Registry } from 'prom-client';
import type { Lifecycle } from '../../shared/tier/lifecycle.ts';
import type { Deps } from '../deps.ts';
import { startRelayingMails } from '../duties/relay-mails.ts';
import { createMailMetrics } from '../mail/mail-metrics.ts';
import type { MailRoute } from '../mail/mail-route.ts';
import { startReminding } from '../reminders/remind.ts';
import { createNewsMetrics } from './news-metrics.ts';
import { startRelay } from './relay.ts';
import { createSmsPort } from './sms-port.ts';
import type { SmsProvider } from './sms-route.ts';

type Routes = { mail: MailRoute | undefined; sms: SmsProvider | undefined };

export function startSending(
  deps: Deps,
  { mail, sms }: Routes,
  { lifecycle, registry }: { lifecycle: Lifecycle; registry: Registry },
): void {
  const parts = { ...deps, timeZone: deps.eventTimeZone };
  const news = createNewsMetrics(registry);
  if (mail) {
    lifecycle.onStop('mail route', () => mail.close());
    const relay = startRelayingMails({ ...parts, route: mail }, { mails: createMailMetrics(registry), news });
    lifecycle.onStop('relaying mails', () => relay.stop());
  }
  if (sms) {
    lifecycle.onStop('sms provider', () => sms.close());
    const relay = startRelay(deps, createSmsPort({ ...parts, provider: sms }), news);
    lifecycle.onStop('relaying text messages', () => relay.stop());
  }
  const reminding = startReminding(deps);
  lifecycle.onStop('reminding of openings', () => reminding.stop());
}

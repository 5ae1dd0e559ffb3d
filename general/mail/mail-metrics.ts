/** Metrics of mails. The thresholds are in ops/alerts-mail.yml. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Backlog } from './outbox.ts';

export type MailMetrics = {
  sent: (count: number) => void;
  failed: (count: number) => void;
  /** Every process counts all waiting mails, so take the maximum over processes, not the sum. */
  look: (backlog: Backlog) => void;
};

export function createMailMetrics(registry: Registry): MailMetrics {
  const registers = [registry];
  const relayed = new Counter({
    name: 'seatdrop_mails_relayed_total',
    help: 'Attempts to hand a mail to SQS or the mail server, by outcome; failed ones are tried again',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['sent', 'failed']) relayed.inc({ outcome }, 0);
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const waiting = gauge('seatdrop_mails_waiting', 'Mails in the outbox that are not sent yet');
  const oldest = gauge('seatdrop_mail_oldest_waiting_seconds', 'Age of the oldest mail that is not sent yet');
  const givenUp = gauge('seatdrop_mails_given_up', 'Mails that failed for a week and are not tried again');
  return {
    sent: (count) => relayed.inc({ outcome: 'sent' }, count),
    failed: (count) => relayed.inc({ outcome: 'failed' }, count),
    look(backlog) {
      waiting.set(backlog.waiting);
      oldest.set(backlog.oldestSeconds);
      givenUp.set(backlog.givenUp);
    },
  };
}

/** What ops see of mails: see ops/alerts-mail.yml for when it is too much. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Backlog } from './outbox.ts';

export type MailMetrics = {
  sent: (count: number) => void;
  failed: (count: number) => void;
  /** Each process counts all that waits, so take the largest, not the sum. */
  look: (backlog: Backlog) => void;
};

export function createMailMetrics(registry: Registry): MailMetrics {
  const registers = [registry];
  const relayed = new Counter({
    name: 'seatdrop_mails_relayed_total',
    help: 'Mails that went on their way to SQS or the mail server, or did not and are tried again',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['sent', 'failed']) relayed.inc({ outcome }, 0);
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const waiting = gauge('seatdrop_mails_waiting', 'Mails in the outbox that are still to be sent');
  const oldest = gauge('seatdrop_mail_oldest_waiting_seconds', 'Age of the oldest of them');
  const givenUp = gauge('seatdrop_mails_given_up', 'Mails that were tried for a week in vain');
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

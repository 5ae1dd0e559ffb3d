import type { MailJob } from '../../lambda/send-email/mail-job.ts';
import type { OutboxRow } from './outbox.ts';

/** The mail of an outbox row, or why it could not be written. `job` is undefined if there is nothing to send. */
export type Made = { row: OutboxRow; job: MailJob | undefined } | { row: OutboxRow; error: unknown };

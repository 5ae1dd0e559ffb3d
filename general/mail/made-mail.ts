import type { MailJob } from '../../lambda/send-email/mail-job.ts';
import type { OutboxRow } from './outbox.ts';

/** What an outbox row is sent as, or why that could not be made. `job` is undefined if there is nothing to send. */
export type MadeOf<Job> = { row: OutboxRow; job: Job | undefined } | { row: OutboxRow; error: unknown };
export type Made = MadeOf<MailJob>;

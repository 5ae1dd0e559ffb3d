import type { MailJob } from '../../lambda/send-email/mail-job.ts';

/** How a mail leaves this tier: over SQS to the lambda, or straight to the mail server. */
export type MailRoute = {
  /**
   * Returns the ids of the jobs that were not accepted; all others are durable. @throws Error if none was accepted or
   * the result is unknown
   */
  send: (jobs: readonly MailJob[]) => Promise<Set<string>>;
  close: () => void;
};

/** Jobs per `send`: the limit of an SQS batch. */
export const maxJobs = 10;

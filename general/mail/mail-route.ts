import type { MailJob } from '../../lambda/send-email/mail-job.ts';

/** The way a mail takes from here: over SQS to the lambda, or straight to the mail server. */
export type MailRoute = {
  /** The ids of those that were not taken; all others are, durably. @throws Error when none was, or nobody knows */
  send: (jobs: readonly MailJob[]) => Promise<Set<string>>;
  close: () => void;
};

/** How many jobs one `send` may be given: what SQS takes at once. */
export const mostJobs = 10;

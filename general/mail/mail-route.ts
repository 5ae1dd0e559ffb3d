/** The way a mail takes from here: over SQS to the lambda, or straight to the mail server. */
import { z } from 'zod';
import type { MailJob } from '../../lambda/send-email/mail-job.ts';
import { smtpSettings } from '../../lambda/send-email/settings.ts';
import { timeZone } from '../../shared/contract/times.ts';
import type { Log } from '../../shared/log.ts';
import { awsSettings } from '../aws.ts';
import { createDirectRoute } from './direct-route.ts';
import { createSqsRoute } from './sqs-route.ts';

export type MailRoute = {
  /** The ids of those that were not taken; all others are, durably. @throws Error when none was, or nobody knows */
  send: (jobs: readonly MailJob[]) => Promise<Set<string>>;
  close: () => void;
};

/** How many jobs one `send` may be given: what SQS takes at once. */
export const mostJobs = 10;

export const mailSettings = z
  .object({
    MAIL_QUEUE_URL: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'The queue that the lambda `send-email` reads; `.fifo` at its end makes the jobs fit for a FIFO queue.',
      ),
    ...awsSettings,
    SMTP_URL: smtpSettings.SMTP_URL.optional().describe(
      'The mail server, without a queue: `smtp://user:password@host:587`. With neither, mails wait in the outbox.',
    ),
    MAIL_FROM: smtpSettings.MAIL_FROM.optional().describe('Whom mails are from. Needed with SMTP_URL.'),
    EVENT_TIME_ZONE: timeZone
      .default('UTC')
      .describe(
        'The zone of events for which none was set: those from before events had zones, and those made without one.',
      ),
  })
  .superRefine(({ MAIL_QUEUE_URL, AWS_REGION, SMTP_URL, MAIL_FROM }, context) => {
    const missing = (name: string, by: string) =>
      context.addIssue({ code: 'custom', path: [name], message: `is needed with ${by}` });
    if (MAIL_QUEUE_URL !== undefined && AWS_REGION === undefined) missing('AWS_REGION', 'MAIL_QUEUE_URL');
    if (SMTP_URL !== undefined && MAIL_FROM === undefined) missing('MAIL_FROM', 'SMTP_URL');
  });

/** undefined, which it says, where nothing is set: mails then wait in the outbox until something is. */
export function chooseMailRoute(settings: z.infer<typeof mailSettings>, log: Log): MailRoute | undefined {
  const { MAIL_QUEUE_URL, AWS_REGION, AWS_ENDPOINT_URL, SMTP_URL, MAIL_FROM } = settings;
  if (MAIL_QUEUE_URL !== undefined && AWS_REGION !== undefined)
    return createSqsRoute({
      queueUrl: MAIL_QUEUE_URL,
      region: AWS_REGION,
      ...(AWS_ENDPOINT_URL !== undefined && { endpoint: AWS_ENDPOINT_URL }),
      log,
    });
  if (SMTP_URL !== undefined && MAIL_FROM !== undefined)
    return createDirectRoute({ url: SMTP_URL, from: MAIL_FROM, log });
  log.info('neither MAIL_QUEUE_URL nor SMTP_URL is set: mails wait in the outbox');
  return undefined;
}

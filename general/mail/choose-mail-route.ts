import { z } from 'zod';
import { smtpSettings } from '../../lambda/send-email/settings.ts';
import { timeZone } from '../../shared/contract/times.ts';
import { awsSettings } from '../aws.ts';
import { createDirectRoute, type DirectOptions } from './direct-route.ts';
import type { MailRoute } from './mail-route.ts';
import { createSqsRoute } from './sqs-route.ts';

export const mailSettings = z
  .object({
    MAIL_QUEUE_URL: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'URL of the queue that the lambda `send-email` reads. A URL that ends in `.fifo` is used as a FIFO queue.',
      ),
    ...awsSettings,
    SMTP_URL: smtpSettings.SMTP_URL.optional().describe(
      'The mail server, used without a queue: `smtp://user:password@host:587`. With neither setting mails wait in the outbox.',
    ),
    MAIL_FROM: smtpSettings.MAIL_FROM.optional().describe('Sender of mails. Needed with SMTP_URL.'),
    EVENT_TIME_ZONE: timeZone
      .default('UTC')
      .describe('Time zone of events that have none: older ones, and those created without one.'),
  })
  .superRefine(({ MAIL_QUEUE_URL, AWS_REGION, SMTP_URL, MAIL_FROM }, context) => {
    const missing = (name: string, by: string) =>
      context.addIssue({ code: 'custom', path: [name], message: `is needed with ${by}` });
    if (MAIL_QUEUE_URL !== undefined && AWS_REGION === undefined) missing('AWS_REGION', 'MAIL_QUEUE_URL');
    if (SMTP_URL !== undefined && MAIL_FROM === undefined) missing('MAIL_FROM', 'SMTP_URL');
  });

/** Returns undefined, and logs it, if no mail transport is configured: mails then wait in the outbox. */
export function chooseMailRoute(
  settings: z.infer<typeof mailSettings>,
  parts: Omit<DirectOptions, 'url' | 'from'>,
): MailRoute | undefined {
  const { log } = parts;
  const { MAIL_QUEUE_URL, AWS_REGION, AWS_ENDPOINT_URL, SMTP_URL, MAIL_FROM } = settings;
  if (MAIL_QUEUE_URL !== undefined && AWS_REGION !== undefined)
    return createSqsRoute({
      queueUrl: MAIL_QUEUE_URL,
      region: AWS_REGION,
      ...(AWS_ENDPOINT_URL !== undefined && { endpoint: AWS_ENDPOINT_URL }),
      log,
    });
  if (SMTP_URL !== undefined && MAIL_FROM !== undefined)
    return createDirectRoute({ url: SMTP_URL, from: MAIL_FROM, ...parts });
  log.info('neither MAIL_QUEUE_URL nor SMTP_URL is set: mails wait in the outbox');
  return undefined;
}

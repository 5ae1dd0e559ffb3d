import { z } from 'zod';

/** Settings of every AWS client of this tier. */
export const awsSettings = {
  AWS_REGION: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .optional()
    .describe('AWS region of queue and schedules. Needed with MAIL_QUEUE_URL and with SCHEDULE_GROUP.'),
  AWS_ENDPOINT_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('URL of a stand-in for AWS.'),
  // Read by AWS's own client.
  AWS_ACCESS_KEY_ID: z.string().optional().describe('AWS access key ID, where the machine has no role.'),
  AWS_SECRET_ACCESS_KEY: z.string().optional().describe('AWS secret access key.'),
};

/**
 * Options of every AWS client: a slow call fails early and its caller tries it again later. Credentials are found the
 * usual AWS way: in the environment, or from the machine's role.
 */
export function awsClient({ region, endpoint }: { region: string; endpoint: string | undefined }) {
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 },
  };
}

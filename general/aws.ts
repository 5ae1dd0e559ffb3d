import { z } from 'zod';

/** Where AWS is, for whatever of it is used. */
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
 * How clients of AWS are made here: what takes long has failed, and is tried again by whoever asked. Credentials are found
 * as everywhere with AWS: in the environment, or by the role of the machine.
 */
export function awsClient({ region, endpoint }: { region: string; endpoint: string | undefined }) {
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 },
  };
}

import { z } from 'zod';
import { whole } from '../../shared/tier/config.ts';
import type { Log } from '../../shared/tier/log.ts';
import { awsSettings } from '../aws.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';

const arnOf = (what: RegExp, example: string) => z.string().regex(what, `must be ${example}`).optional();

export const scheduleSettings = z
  .object({
    ...awsSettings,
    SCHEDULE_GROUP: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .optional()
      .describe(
        'The EventBridge Scheduler group for schedules of drops, used for nothing else. Without it capacity is not scaled for drops.',
      ),
    SCALE_LAMBDA_ARN: arnOf(/^arn:aws[\w-]*:lambda:\S+:function:\S+$/, 'the ARN of a function').describe(
      'ARN of the lambda `scale`, which the schedules call. Needed with SCHEDULE_GROUP.',
    ),
    SCHEDULER_ROLE_ARN: arnOf(/^arn:aws[\w-]*:iam::\S+:role\/\S+$/, 'the ARN of a role').describe(
      'ARN of the role that lets the schedules call it. Needed with SCHEDULE_GROUP.',
    ),
    SCALE_UP_BEFORE: whole(1, 1_440)
      .default(60)
      .describe(
        'Minutes before a drop opens at which capacity is raised. Servers may take most of an hour to change size.',
      ),
  })
  .superRefine(({ SCHEDULE_GROUP, SCALE_LAMBDA_ARN, SCHEDULER_ROLE_ARN, AWS_REGION }, context) => {
    const together = { SCHEDULE_GROUP, SCALE_LAMBDA_ARN, SCHEDULER_ROLE_ARN };
    const given = Object.entries(together).find(([, value]) => value !== undefined)?.[0];
    if (given === undefined) return;
    for (const [name, value] of Object.entries({ ...together, AWS_REGION }))
      if (value === undefined)
        context.addIssue({ code: 'custom', path: [name], message: `is needed with ${given}` });
  });

/**
 * Returns undefined (and logs it) if SCHEDULE_GROUP is not set: capacity is then scaled by the operator or not at
 * all.
 */
export function chooseScheduler(
  settings: z.output<typeof scheduleSettings>,
  log: Log,
): Scheduler | undefined {
  const { SCHEDULE_GROUP, SCALE_LAMBDA_ARN, SCHEDULER_ROLE_ARN, AWS_REGION, AWS_ENDPOINT_URL } = settings;
  if (
    SCHEDULE_GROUP === undefined ||
    SCALE_LAMBDA_ARN === undefined ||
    SCHEDULER_ROLE_ARN === undefined ||
    AWS_REGION === undefined
  ) {
    log.info('SCHEDULE_GROUP is not set: capacity is not scaled for drops');
    return undefined;
  }
  return createScheduler({
    group: SCHEDULE_GROUP,
    lambdaArn: SCALE_LAMBDA_ARN,
    roleArn: SCHEDULER_ROLE_ARN,
    region: AWS_REGION,
    endpoint: AWS_ENDPOINT_URL,
  });
}

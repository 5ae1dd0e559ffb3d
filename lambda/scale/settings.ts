import { z } from 'zod';

/** `name=rest:drop,...`: the size of each resource at rest and during a drop. */
const pairs = <T extends string | number>(value: z.ZodType<T, string>, form: RegExp) =>
  z
    .string()
    .regex(
      new RegExp(`^[^=:,\\s]+=${form.source}:${form.source}(,[^=:,\\s]+=${form.source}:${form.source})*$`),
      'must be name=rest:drop[,name=rest:drop...]',
    )
    .transform((list) =>
      list.split(',').map((item) => {
        const [name = '', rest = '', drop = ''] = item.split(/[=:]/);
        return { name, rest: value.parse(rest), drop: value.parse(drop) };
      }),
    )
    .default([]);

/** Settings of the lambda. AWS itself sets AWS_REGION. */
export const scaleSettings = z
  .object({
    SCHEDULE_GROUP: z
      .string()
      .regex(/^[\w.-]{1,64}$/)
      .describe('The group with the schedules that general keeps: it shows which drops need capacity.'),
    EC2_TAG: z
      .string()
      .regex(/^[^=]+=[^=]+$/, 'must be name=value')
      .transform((tag) => {
        const [name = '', value = ''] = tag.split('=');
        return { name, value };
      })
      .optional()
      .describe(
        '`name=value`: the tag of instances that run only for drops and belong to no auto scaling group.',
      ),
    AUTO_SCALING_GROUPS: pairs(z.string().transform(Number), /\d+/).describe(
      'Minimum sizes at rest and for a drop, such as `publisher=1:6,general=2:4`.',
    ),
    REPLICATION_GROUPS: pairs(z.string(), /cache\.[a-z0-9.]+/).describe(
      'Node types at rest and for a drop, such as `seatdrop=cache.m7g.large:cache.m7g.2xlarge`.',
    ),
    DB_REPLICAS: pairs(z.string(), /db\.[a-z0-9.]+/).describe(
      'Instance classes of read replicas at rest and for a drop, such as `seatdrop-replica=db.m7g.large:db.m7g.2xlarge`.',
    ),
    DRY_RUN: z
      .enum(['true', 'false'])
      .default('false')
      .transform((flag) => flag === 'true')
      .describe('Only report, in the answer and the log, what would be done.'),
    LOG_LEVEL: z.string().default('info').describe('Minimum log level.'),
  })
  .superRefine(({ EC2_TAG, AUTO_SCALING_GROUPS, REPLICATION_GROUPS, DB_REPLICAS }, context) => {
    if (!EC2_TAG && AUTO_SCALING_GROUPS.length + REPLICATION_GROUPS.length + DB_REPLICAS.length === 0)
      context.addIssue({
        code: 'custom',
        path: ['EC2_TAG'],
        message:
          'there is nothing to scale: set this, AUTO_SCALING_GROUPS, REPLICATION_GROUPS or DB_REPLICAS',
      });
    for (const { name, rest, drop } of AUTO_SCALING_GROUPS)
      if (rest > drop)
        context.addIssue({
          code: 'custom',
          path: ['AUTO_SCALING_GROUPS'],
          message: `${name} would be smaller during a drop than at rest`,
        });
  });

export type ScaleSettings = z.output<typeof scaleSettings>;

import { z } from 'zod';
import { id } from './ids.ts';

const messageCount = z.preprocess(
  (text) => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text),
  z.int().min(1).max(100),
);

export const parkedQuery = z.strictObject({ limit: messageCount.default(50) });

export const parkedMessage = z
  .object({
    id: z.string().meta({ description: 'The id of the batch; for other messages a fingerprint' }),
    type: z.string().nullable(),
    queue: z.string().nullable().meta({ description: 'The queue from which it was parked' }),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why it was parked: `rejected`, `delivery_limit`, ...' }),
    ageSeconds: z.int().nullable().meta({ description: 'Seconds since it was parked' }),
    bytes: z.int(),
    decoded: z
      .discriminatedUnion('kind', [
        z.object({
          kind: z.literal('entries'),
          dropId: id,
          partition: z.int(),
          entries: z.int(),
        }),
        z.object({ kind: z.literal('holds'), dropId: id, partition: z.int(), holdIds: z.array(z.string()) }),
      ])
      .nullable()
      .meta({ description: 'The content of the message; null if it cannot be decoded' }),
  })
  .meta({ id: 'ParkedMessage' });

export const parkedMessages = z
  .object({
    count: z.int().meta({ description: 'Number of all parked messages' }),
    items: z.array(parkedMessage).meta({ description: 'The oldest parked messages' }),
  })
  .meta({ id: 'ParkedMessages' });

export const resendRequest = z
  .strictObject({ limit: z.int().min(1).max(5_000).optional() })
  .optional()
  .meta({ id: 'ResendRequest' });

export const resent = z
  .object({
    resent: z.int(),
    kept: z.int().meta({ description: 'Messages that stay parked, since their queue is unknown' }),
    left: z.int().meta({ description: 'Messages that are parked now' }),
  })
  .meta({ id: 'Resent' });

export const health = z
  .object({
    tiers: z.array(
      z.object({
        name: z.string(),
        instance: z.int().meta({ description: 'From 1 within its tier' }),
        state: z.enum(['ready', 'not_ready', 'unreachable', 'unknown']).meta({
          description: '`unknown`: the address of the tier is not configured',
        }),
        checks: z.record(z.string(), z.string()).optional().meta({
          description: 'State of each dependency: `ok`, `not ready`, or `away` if the tier works without it',
        }),
        milliseconds: z.int().optional().meta({ description: 'Time until it answered' }),
      }),
    ),
  })
  .meta({ id: 'Health' });

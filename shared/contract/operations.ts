import { z } from 'zod';
import { id } from './ids.ts';

const fewParked = z.preprocess(
  (text) => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text),
  z.int().min(1).max(100),
);

export const parkedQuery = z.strictObject({ limit: fewParked.default(50) });

export const parkedMessage = z
  .object({
    id: z.string().meta({ description: 'The batch’s id, else a fingerprint of the message' }),
    type: z.string().nullable(),
    queue: z.string().nullable().meta({ description: 'Which gave it up' }),
    reason: z.string().nullable().meta({ description: '`rejected`, `delivery_limit`, ...' }),
    ageSeconds: z.int().nullable().meta({ description: 'Since then' }),
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
      .meta({ description: 'What it says; null when it cannot be read' }),
  })
  .meta({ id: 'ParkedMessage' });

export const parkedMessages = z
  .object({
    count: z.int().meta({ description: 'All that are parked' }),
    items: z.array(parkedMessage).meta({ description: 'The oldest of them' }),
  })
  .meta({ id: 'ParkedMessages' });

export const resendRequest = z
  .strictObject({ limit: z.int().min(1).max(5_000).optional() })
  .optional()
  .meta({ id: 'ResendRequest' });

export const resent = z
  .object({
    resent: z.int(),
    kept: z.int().meta({ description: 'Came from no queue we know, so they stay' }),
    left: z.int().meta({ description: 'Parked now' }),
  })
  .meta({ id: 'Resent' });

export const health = z
  .object({
    tiers: z.array(
      z.object({
        name: z.string(),
        instance: z.int().meta({ description: 'From 1 within its tier' }),
        state: z.enum(['ready', 'not_ready', 'unreachable', 'unknown']).meta({
          description: '`unknown`: nobody said where it is',
        }),
        checks: z
          .record(z.string(), z.string())
          .optional()
          .meta({ description: 'What it depends on: `ok`, `not ready`, or `away`: it does without' }),
        milliseconds: z.int().optional().meta({ description: 'Until it answered' }),
      }),
    ),
  })
  .meta({ id: 'Health' });

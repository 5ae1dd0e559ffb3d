import { z } from 'zod';
import { emailAddress } from './email.ts';
import { id, idInPath } from './ids.ts';
import { pageQuery } from './paging.ts';
import { time } from './times.ts';

/** Every act of staff that is recorded. Records keep these names for ever: add, but do not rename. */
export const acts = [
  'user_banned',
  'user_unbanned',
  'role_changed',
  'organizer_accepted',
  'organizer_declined',
  'second_factors_removed',
  'event_created',
  'event_changed',
  'event_cancelled',
  'drop_created',
  'drop_changed',
  'drop_paused',
  'drop_resumed',
  'drop_cancelled',
  'announced',
  'holders_written_to',
  'order_mail_sent_again',
  'refund_requested',
  'seller_changed',
  'payout_account_opened',
  'parked_resent',
] as const;

export type Act = (typeof acts)[number];

export const subjectKinds = ['user', 'event', 'drop', 'order', 'queue'] as const;

export type SubjectKind = (typeof subjectKinds)[number];

const fields = z.record(z.string(), z.unknown()).nullable();

/** `act` and the kind are text: a page may read a record of a later version of general. */
export const auditRecord = z
  .object({
    id: z.int().min(1),
    at: time,
    actor: z.object({
      id,
      name: z.string().optional(),
      email: z.string().optional(),
      role: z.string().meta({ description: 'The role at that time' }),
    }),
    act: z.string(),
    subject: z.object({
      kind: z.string(),
      id: z.string(),
      name: z
        .string()
        .optional()
        .meta({ description: 'As it is now: the address of a user, the title of an event' }),
    }),
    before: fields.meta({
      description: 'The fields that changed, with their values before; null: nothing was there',
    }),
    after: fields.meta({ description: 'The same fields after the act' }),
    address: z
      .string()
      .meta({ description: 'Of the client: an IPv4 address, or the /64 network of an IPv6 address' }),
    requestId: z.string(),
  })
  .meta({ id: 'AuditRecord', description: 'An act of an organizer or an admin' });

export const auditQuery = z.strictObject({
  ...pageQuery,
  actor: idInPath.optional().meta({ description: 'The id of who did it' }),
  email: emailAddress.optional().meta({ description: 'The exact present address of who did it' }),
  act: z.enum(acts).optional(),
  subject: z
    .string()
    .regex(new RegExp(`^(?:${subjectKinds.join('|')}):[0-9a-z-]{1,40}$`))
    .optional()
    .meta({ description: 'What it was done to: its kind and id, as `drop:17` or `user:3`' }),
  from: time.optional().meta({ description: 'Not before this time' }),
  until: time.optional().meta({ description: 'Before this time' }),
});

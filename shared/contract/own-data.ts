/** A user's data: deleting the account. What the export contains is in general/own-data/export-data.ts. */
import { z } from 'zod';
import { time } from './times.ts';

export const accountDeletion = z.strictObject({ password: z.string().min(1).max(200) });

/**
 * Why an account cannot be deleted yet. `admin`: another admin has to change the role first. `payment`: one is under way,
 * or its money goes back. `tickets`: for an event that is not over. `sales`: the user is the organizer of an event that is
 * not over, or has sales or refunds that are not.
 */
export const deletionObstacle = z.object({
  code: z.enum(['admin', 'hold', 'standby', 'payment', 'refund', 'tickets', 'sales']),
  dropId: z.int().optional(),
  orderId: z.string().optional(),
  eventId: z.int().optional(),
  title: z.string().optional().meta({ description: 'Of the event' }),
  until: time.optional().meta({ description: 'When this reason ends by itself' }),
});

export type DeletionObstacle = z.infer<typeof deletionObstacle>;

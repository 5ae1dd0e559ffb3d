import { z } from 'zod';
import { account } from './accounts.ts';
import { id } from './ids.ts';
import { pageQuery } from './paging.ts';
import { prose } from './text.ts';
import { time } from './times.ts';

const status = z.enum(['open', 'accepted', 'declined']);

export const newOrganizerRequest = z.strictObject({
  text: prose(1000).min(20).meta({ description: 'Who asks, and what they want to sell tickets for' }),
});

const facts = {
  id,
  text: z.string(),
  status,
  createdAt: time,
  decidedAt: time.nullable(),
  reason: z.string().nullable().meta({ description: 'What the admin wrote to the user' }),
};

export const ownOrganizerRequest = z
  .object({
    request: z.object(facts).nullable().meta({ description: 'The last one; null if there was none' }),
    mayAsk: z.boolean(),
    mayAskAt: time.nullable().meta({
      description:
        'From when the user may ask; null if they cannot: a request is open, or they are an organizer',
    }),
  })
  .meta({ id: 'OwnOrganizerRequest' });

export const organizerRequest = z
  .object({ ...facts, user: account })
  .meta({ id: 'OrganizerRequest', description: 'A user who asks to become an organizer, as admins see it' });

export const organizerRequestQuery = z.strictObject({
  ...pageQuery,
  status: status.optional().meta({ description: 'Default: all' }),
});

export const organizerAcceptance = z.strictObject({
  reason: prose(500).optional().meta({ description: 'Told to the user by mail and on the page' }),
});

export const organizerRefusal = z.strictObject({
  reason: prose(500).min(3).meta({ description: 'Told to the user by mail and on the page' }),
});

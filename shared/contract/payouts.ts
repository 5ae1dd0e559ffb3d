/** An organizer's account at the payment provider, to which the money of their drops goes. */
import { z } from 'zod';

const payoutState = z.enum(['off', 'not_connected', 'details_needed', 'in_review', 'ready']).meta({
  description:
    '`off`: all money is the platform’s. `details_needed`: the provider waits for the organizer. `in_review`: the organizer ' +
    'waits for the provider. `ready`: the organizer can be paid',
});

export type PayoutState = z.infer<typeof payoutState>;

export const payoutAccount = z
  .object({
    state: payoutState,
    isRequired: z.boolean().optional().meta({
      description:
        'Whether drops can be created only in the state `ready`; otherwise their money is the platform’s',
    }),
    account: z.string().optional().meta({ description: 'The provider’s id of the account' }),
    chargesEnabled: z.boolean().optional(),
    payoutsEnabled: z.boolean().optional(),
    detailsSubmitted: z.boolean().optional(),
  })
  .meta({ id: 'PayoutAccount' });

export const payoutLink = z
  .object({ url: z.string().meta({ description: 'A page of the payment provider' }) })
  .meta({ id: 'PayoutLink' });

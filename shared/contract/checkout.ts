import { z } from 'zod';
import { exactMoney } from './money.ts';
import { time } from './times.ts';

export const checkoutBody = z
  .strictObject({
    checkoutToken: z.string().max(4096),
    total: exactMoney.optional().meta({
      description:
        'What the buyer saw. Another amount is never charged: the answer is `total_changed` then. Clients that omit it ' +
        'get the header `Deprecation`; a later release will require it',
    }),
    payment: z
      .strictObject({ token: z.string().regex(/^[\x21-\x7e]{1,255}$/) })
      .optional()
      .meta({
        description:
          'A token of the buyer’s card, from the payment provider. Without it the payment is begun, or the one under way ' +
          'is resumed, and nothing is charged. Refused where the total is 0',
      }),
  })
  .meta({ id: 'Checkout' });

const step = z.enum(['choose', 'challenge']).meta({
  description:
    '`choose`: the buyer chooses a card, and its token comes in `payment`. `challenge`: the bank asks the buyer, on the ' +
    'provider’s page; then the same call without `payment` tells the result',
});

/** What the buyer's page needs in order to go on at the provider. */
export const paymentAction = z
  .discriminatedUnion('provider', [
    z.object({
      provider: z.literal('sandbox'),
      step,
      secret: z.string().meta({ description: 'Names the payment in the sandbox’s frames' }),
    }),
    z.object({
      provider: z.literal('stripe'),
      step,
      publishableKey: z.string(),
      clientSecret: z.string(),
      amount: z
        .int()
        .meta({ description: 'In Stripe’s units, which differ from minor units for some currencies' }),
      currency: z.string().meta({ description: 'As Stripe writes it, in small letters' }),
      methods: z.array(z.string()).meta({ description: 'Stripe’s `payment_method_types`' }),
    }),
    z.object({
      provider: z.literal('payu'),
      step,
      url: z.string().meta({ description: 'PayU’s page, to which the browser posts the form' }),
      fields: z.record(z.string(), z.string()).meta({
        description: 'The form, signed; the buyer’s `phone` is added to it. It can be posted once',
      }),
    }),
  ])
  .meta({ id: 'PaymentAction' });
export type PaymentAction = z.infer<typeof paymentAction>;

export const paymentOpen = z
  .object({
    status: z.literal('action'),
    payBy: time.meta({ description: 'The seats are kept until then; afterwards the payment is cancelled' }),
    payment: paymentAction,
    declined: z.string().optional().meta({ description: 'Why the last card was declined' }),
  })
  .meta({ id: 'PaymentOpen' });

export const paymentUndecided = z.object({ status: z.literal('paying') }).meta({ id: 'PaymentUndecided' });

/** The record of an order's money: who paid, refunded or disputed what, and when. For organizers and admins. */
import { z } from 'zod';
import { money } from './money.ts';
import { foundOrder } from './orders.ts';
import { time } from './times.ts';

const ref = z.string().meta({ description: 'The provider’s id' });
const inProvidersWords = { description: 'In the provider’s own words' };

const attempt = z.object({
  number: z.int().meta({ description: 'Within the order, from 1' }),
  provider: z.string(),
  ref: ref.optional(),
  amount: money,
  status: z.enum(['pending', 'approved', 'declined', 'refund_due', 'refunded']),
  reason: z.string().optional().meta({ description: 'Why it ended without a sale' }),
  card: z
    .string()
    .optional()
    .meta({ description: 'The end of the fingerprint of the last card; the same for the same card' }),
  payout: z
    .object({
      account: z.string(),
      fee: money.meta({ description: 'What the platform kept' }),
      transfer: z.string().optional().meta({
        description: 'The provider’s id of the transfer to the account; missing until the provider names it',
      }),
    })
    .optional()
    .meta({
      description:
        'The organizer’s account at the provider that got the money; missing if it is the platform’s',
    }),
  begunAt: time,
  confirmedAt: time.optional().meta({ description: 'When a card was last sent to the provider' }),
  endedAt: time.optional().meta({ description: 'When it got its present status; missing while it is open' }),
});

const paymentEvent = z.object({
  attempt: z.int(),
  kind: z.enum(['declined', 'refund_failed']).meta({
    description: '`declined`: a card was declined. `refund_failed`: a refund came back and is made anew',
  }),
  reason: z.string().meta(inProvidersWords),
  card: z.string().optional(),
  at: time,
});

const outsideRefund = z.object({
  ref,
  amount: money,
  status: z.enum(['made', 'failed']),
  madeAt: time,
});

const dispute = z.object({
  ref,
  amount: money,
  reason: z.string().meta(inProvidersWords),
  status: z.enum(['needs_response', 'under_review', 'won', 'lost', 'closed']).meta({
    description: '`closed`: it ended without a decision, and no money was taken back',
  }),
  respondBy: time.optional(),
  openedAt: time,
  updatedAt: time,
});

export const orderPayments = z
  .object({
    order: foundOrder,
    attempts: z.array(attempt),
    events: z.array(paymentEvent).meta({ description: 'What went another way than usual' }),
    outsideRefunds: z.array(outsideRefund).meta({
      description: 'Refunds that somebody made at the provider. The tickets stay valid',
    }),
    disputes: z.array(dispute),
  })
  .meta({ id: 'OrderPayments' });

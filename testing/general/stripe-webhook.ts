import { createHmac } from 'node:crypto';
import request from 'supertest';
import { stripeWebhookSecret, type GeneralSystem } from './general-system.ts';

type Facts = {
  /** When it was signed. */
  at?: number;
  /** Set by Stripe only in events of other accounts. */
  account?: string;
  livemode?: boolean;
  /** Of the webhook; default: that of the platform's own events. */
  secret?: string;
};

/** Sends a webhook as Stripe does, through the whole application. */
export function sendStripeWebhook(
  { app }: Pick<GeneralSystem, 'app'>,
  type: string,
  object: object,
  { at = Date.now(), livemode = false, secret = stripeWebhookSecret, ...facts }: Facts = {},
): request.Test {
  const payload = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type,
    livemode,
    ...facts,
    data: { object },
  });
  const time = Math.floor(at / 1000);
  const signature = createHmac('sha256', secret).update(`${time}.${payload}`).digest('hex');
  return request(app)
    .post('/api/payments/webhook')
    .set('content-type', 'application/json')
    .set('stripe-signature', `t=${time},v1=${signature}`)
    .send(payload);
}

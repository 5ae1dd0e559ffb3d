import { z } from 'zod';
import type { Log } from '../../shared/tier/log.ts';
import type { PaymentProvider } from './provider.ts';
import { createSandboxPayments } from './sandbox.ts';
import { createStripePayments } from './stripe.ts';

const provider =
  'Payment provider: `stripe`, or `sandbox`, which charges nobody and is refused in production.';

/** Settings of the payment provider. */
export const paymentSettings = z
  .discriminatedUnion('PAYMENT_PROVIDER', [
    z.object({
      PAYMENT_PROVIDER: z.literal('sandbox').describe(provider),
      SANDBOX_PAYMENTS_URL: z.url({ protocol: /^https?$/ }).describe('URL of the sandbox payment provider.'),
      SANDBOX_PAYMENTS_KEY: z.string().min(16).describe('API key of the sandbox.'),
      SANDBOX_WEBHOOK_SECRET: z
        .string()
        .min(16)
        .describe('Secret that proves that a webhook comes from the sandbox.'),
    }),
    z.object({
      PAYMENT_PROVIDER: z.literal('stripe').describe(provider),
      STRIPE_SECRET_KEY: z
        .string()
        .regex(/^[sr]k_(test|live)_\w{8,}$/, 'must be sk_… or rk_…')
        .describe('Stripe API key, secret or restricted.'),
      STRIPE_PUBLISHABLE_KEY: z
        .string()
        .regex(/^pk_(test|live)_\w{8,}$/, 'must be pk_…')
        .describe('Stripe’s publishable key, with which the buyer’s page reaches Stripe.'),
      STRIPE_PAYMENT_METHODS: z
        .string()
        .default('card')
        .transform((names) => names.split(',').map((name) => name.trim()))
        .pipe(z.array(z.enum(['card', 'link', 'upi'])).min(1))
        .describe(
          'Ways to pay, separated by commas: `card` (with the wallets that hold cards), `link`, `upi`. Only these are decided ' +
            'at once.',
        ),
      STRIPE_WEBHOOK_SECRET: z
        .string()
        .regex(/^whsec_\w{16,}$/, 'must be whsec_…')
        .describe("Signing secret of Stripe's webhook, from Stripe's dashboard."),
      STRIPE_API_URL: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('URL of a stand-in for Stripe in tests. Refused in production.'),
    }),
  ])
  .and(z.object({ SEATDROP_ENV: z.string() }))
  .superRefine((env, context) => {
    if (env.SEATDROP_ENV !== 'production') return;
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    // Production must charge real money, and only through the real provider.
    if (env.PAYMENT_PROVIDER === 'sandbox') {
      refuse('PAYMENT_PROVIDER', 'sandbox charges nobody, so it is refused in production');
      return;
    }
    if (/^.k_test_/.test(env.STRIPE_SECRET_KEY)) {
      refuse('STRIPE_SECRET_KEY', 'a test key charges nobody, so it is refused in production');
    }
    if (env.STRIPE_PUBLISHABLE_KEY.startsWith('pk_test_')) {
      refuse('STRIPE_PUBLISHABLE_KEY', 'a test key charges nobody, so it is refused in production');
    }
    if (env.STRIPE_API_URL !== undefined) {
      refuse('STRIPE_API_URL', 'is refused in production, where the key must be sent to Stripe only');
    }
  });

export function createPayments(config: z.infer<typeof paymentSettings>, log: Log): PaymentProvider {
  switch (config.PAYMENT_PROVIDER) {
    case 'sandbox':
      return createSandboxPayments({
        url: config.SANDBOX_PAYMENTS_URL,
        apiKey: config.SANDBOX_PAYMENTS_KEY,
        webhookSecret: config.SANDBOX_WEBHOOK_SECRET,
        log,
      });
    case 'stripe':
      return createStripePayments({
        secretKey: config.STRIPE_SECRET_KEY,
        webhookSecret: config.STRIPE_WEBHOOK_SECRET,
        publishableKey: config.STRIPE_PUBLISHABLE_KEY,
        methods: config.STRIPE_PAYMENT_METHODS,
        apiUrl: config.STRIPE_API_URL,
        log,
      });
  }
}

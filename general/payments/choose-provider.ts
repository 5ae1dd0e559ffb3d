import { z } from 'zod';
import type { Database } from '../../shared/mysql/connect.ts';
import type { Log } from '../../shared/tier/log.ts';
import { findUser } from '../accounts/user.ts';
import { createPayuPayments } from './payu.ts';
import type { PaymentProvider } from './provider.ts';
import { createSandboxPayments } from './sandbox.ts';
import { createStripePayments } from './stripe.ts';

const provider =
  'Payment provider: `stripe`, `payu` (India, INR only), or `sandbox`, which charges nobody and is refused in production.';

const payuSettings = z.object({
  PAYMENT_PROVIDER: z.literal('payu').describe(provider),
  PAYU_KEY: z
    .string()
    .regex(/^\w{4,20}$/, 'must be letters and digits')
    .describe('PayU’s merchant key.'),
  PAYU_SALT: z.string().min(8).describe('PayU’s salt, which signs what is sent either way.'),
  PAYU_ENVIRONMENT: z
    .enum(['live', 'test'])
    .default('live')
    .describe('PayU’s environment: `live`, or `test`, which charges nobody and is refused in production.'),
  PAYU_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('URL of a stand-in for PayU in tests. Refused in production.'),
});

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
      STRIPE_CONNECT: z
        .enum(['off', 'on'])
        .default('off')
        .describe(
          'Whether organizers are paid by Stripe Connect: `on`, or `off`, where all money is the platform’s.',
        ),
      STRIPE_CONNECT_WEBHOOK_SECRET: z
        .string()
        .regex(/^whsec_\w{16,}$/, 'must be whsec_…')
        .optional()
        .describe(
          'Signing secret of Stripe’s webhook for events of connected accounts. Needed with `STRIPE_CONNECT=on`.',
        ),
      STRIPE_API_URL: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('URL of a stand-in for Stripe in tests. Refused in production.'),
    }),
    payuSettings,
  ])
  .and(z.object({ SEATDROP_ENV: z.string() }))
  .superRefine((env, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (
      env.PAYMENT_PROVIDER === 'stripe' &&
      env.STRIPE_CONNECT === 'on' &&
      !env.STRIPE_CONNECT_WEBHOOK_SECRET
    )
      refuse('STRIPE_CONNECT_WEBHOOK_SECRET', 'is needed with STRIPE_CONNECT=on');
    if (env.SEATDROP_ENV !== 'production') return;
    // Production must charge real money, and only through the real provider.
    if (env.PAYMENT_PROVIDER === 'sandbox') {
      refuse('PAYMENT_PROVIDER', 'sandbox charges nobody, so it is refused in production');
      return;
    }
    if (env.PAYMENT_PROVIDER === 'payu') {
      if (env.PAYU_ENVIRONMENT === 'test')
        refuse('PAYU_ENVIRONMENT', 'test charges nobody, so it is refused in production');
      if (env.PAYU_URL !== undefined)
        refuse('PAYU_URL', 'is refused in production, where buyers must be sent to PayU only');
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

type PaymentDeps = { db: Database; log: Log };

export function createPayments(
  config: z.infer<typeof paymentSettings> & { PUBLIC_URL: string },
  { db, log }: PaymentDeps,
): PaymentProvider {
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
        ...(config.STRIPE_CONNECT === 'on' && {
          connect: {
            webhookSecret: config.STRIPE_CONNECT_WEBHOOK_SECRET!,
            isRequired: config.SEATDROP_ENV === 'production',
          },
        }),
        apiUrl: config.STRIPE_API_URL,
        log,
      });
    case 'payu':
      return createPayuPayments({
        key: config.PAYU_KEY,
        salt: config.PAYU_SALT,
        ...payuUrls(config),
        returnUrl: new URL('/api/payments/return', config.PUBLIC_URL).href,
        findBuyer: (id) => findUser(db, { id }),
        log,
      });
  }
}

/** Of the test environment both are on one host, as of a stand-in. */
function payuUrls({ PAYU_ENVIRONMENT: environment, PAYU_URL: url }: z.infer<typeof payuSettings>) {
  const isLive = environment === 'live' && url === undefined;
  const host = url ?? 'https://test.payu.in';
  return {
    pageUrl: new URL('/_payment', isLive ? 'https://secure.payu.in' : host).href,
    apiUrl: new URL('/merchant/postservice.php?form=2', isLive ? 'https://info.payu.in' : host).href,
  };
}

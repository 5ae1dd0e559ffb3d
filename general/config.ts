import { z } from 'zod';
import {
  brokerSettings,
  checkoutSettings,
  commonSettings,
  mysqlSettings,
  redisSettings,
  sessionSettings,
} from '../shared/config.ts';

/** The payment provider. The sandbox moves no money, so it is no provider for a real system. */
const paymentSettings = {
  PAYMENT_PROVIDER: z.enum(['sandbox']),
  SANDBOX_PAYMENTS_URL: z.url({ protocol: /^https?$/ }),
  SANDBOX_PAYMENTS_KEY: z.string().min(16),
  SANDBOX_WEBHOOK_SECRET: z.string().min(16),
};

export const generalSettings = z
  .object({
    ...commonSettings,
    ...redisSettings,
    ...brokerSettings,
    ...mysqlSettings,
    ...sessionSettings,
    ...checkoutSettings,
    ...paymentSettings,
    /** Where browsers reach the system: decides about cookies and about which pages are ours. */
    PUBLIC_URL: z.url({ protocol: /^https?$/ }),
  })
  .refine((env) => env.SEATDROP_ENV !== 'production' || env.PAYMENT_PROVIDER !== 'sandbox', {
    path: ['PAYMENT_PROVIDER'],
    message: 'sandbox charges nobody, so it is refused in production',
  })
  .refine((env) => env.SESSION_KEY !== env.CHECKOUT_KEY, {
    path: ['CHECKOUT_KEY'],
    message: 'must not be the SESSION_KEY',
  });

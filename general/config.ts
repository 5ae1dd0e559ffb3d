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

const tierUrls = z
  .string()
  .regex(/^[a-z-]+=https?:\/\/[^,\s]+(,[a-z-]+=https?:\/\/[^,\s]+)*$/, 'must be tier=url[,tier=url...]')
  .transform((list) => {
    const urls: Record<string, string[]> = {};
    for (const item of list.split(',')) {
      const [name = '', url = ''] = item.split(/=(.*)/s);
      (urls[name] ??= []).push(url);
    }
    return urls;
  });

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
    /** Where each process answers /readyz: `publisher=http://10.0.0.1:3001,...`; a tier may be named several times. */
    TIER_URLS: tierUrls.optional(),
    /** The built web app, whose index.html pages for search engines are made from. */
    WEB_ROOT: z.string().min(1).optional(),
  })
  .refine((env) => env.SEATDROP_ENV !== 'production' || env.PAYMENT_PROVIDER !== 'sandbox', {
    path: ['PAYMENT_PROVIDER'],
    message: 'sandbox charges nobody, so it is refused in production',
  })
  .refine((env) => env.SESSION_KEY !== env.CHECKOUT_KEY, {
    path: ['CHECKOUT_KEY'],
    message: 'must not be the SESSION_KEY',
  });

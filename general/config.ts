import { z } from 'zod';
import {
  brokerSettings,
  checkoutSettings,
  commonSettings,
  mysqlSettings,
  redisSettings,
  replicaSettings,
  sessionSettings,
  ticketSettings,
} from '../shared/tier/config.ts';
import { platformFeeSettings } from './drops/platform-fees.ts';
import { mailSettings } from './mail/choose-mail-route.ts';
import { smsSettings } from './notifications/choose-sms.ts';
import { paymentSettings } from './payments/choose-provider.ts';
import { scheduleSettings } from './schedules/schedule-settings.ts';

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
    ...replicaSettings,
    ...sessionSettings,
    ...checkoutSettings,
    ...ticketSettings,
    ...platformFeeSettings,
    PUBLIC_URL: z
      .url({ protocol: /^https?$/ })
      .describe('also used for links in mails and to tell which pages are ours.'),
    SECOND_FACTOR: z
      .enum(['optional', 'compulsory'])
      .default('optional')
      .describe(
        'Whether organizers and admins can act only with a second factor. In production it is always compulsory.',
      ),
    TRUSTED_PROXIES: z
      .string()
      .regex(/^[\w.:/]+(,[\w.:/]+)*$/, 'must be addresses or networks')
      .default('loopback')
      .transform((list) => list.split(','))
      .describe('Addresses or networks of nginx, whose X-Forwarded-For is trusted, separated by commas.'),
    TIER_URLS: tierUrls
      .optional()
      .describe(
        'Addresses of all processes for the page of system health: `publisher=http://10.0.0.1:3001,...`; a tier may be named several times.',
      ),
    CONFIRM_EMAIL: z
      .enum(['yes', 'no'])
      .optional()
      .describe(
        'Whether buying needs a confirmed e-mail address. By default `yes` in production, where it must not be `no`, and `no` elsewhere.',
      ),
    SUPPORT_EMAIL: z
      .email()
      .optional()
      .describe('Contact address for buyers. Without it they see the address of the event’s organizer.'),
    RECORDS_KEPT_YEARS: z.coerce
      .number()
      .int()
      .min(1)
      .max(30)
      .default(10)
      .describe(
        'Years for which what the law wants kept of a deleted account stays: receipts with the name, and what the payment provider calls the payments.',
      ),
    SECURITY_CONTACT: z
      .union([z.email(), z.url({ protocol: /^https$/ })], 'must be an e-mail address or an https URL')
      .optional()
      .describe(
        'Whom to tell of a security hole: an e-mail address or an https URL, named in `/.well-known/security.txt`. Without it there is no such file.',
      ),
    WEB_ROOT: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Folder of the built web app. Its index.html is the template of event pages for search engines and link previews.',
      ),
  })
  .superRefine(({ CONFIRM_EMAIL, SEATDROP_ENV }, context) => {
    if (CONFIRM_EMAIL === 'no' && SEATDROP_ENV === 'production')
      context.addIssue({ code: 'custom', path: ['CONFIRM_EMAIL'], message: 'must not be no in production' });
  })
  .and(paymentSettings)
  .and(mailSettings)
  .and(smsSettings)
  .and(scheduleSettings);

export function confirmsEmail({
  CONFIRM_EMAIL,
  SEATDROP_ENV,
}: Pick<z.output<typeof generalSettings>, 'CONFIRM_EMAIL' | 'SEATDROP_ENV'>): boolean {
  return CONFIRM_EMAIL === undefined ? SEATDROP_ENV === 'production' : CONFIRM_EMAIL === 'yes';
}

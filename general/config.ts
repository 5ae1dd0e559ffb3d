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
import { mailSettings } from './mail/choose-mail-route.ts';
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
    PUBLIC_URL: z
      .url({ protocol: /^https?$/ })
      .describe('Where browsers reach the system: decides about cookies and about which pages are ours.'),
    TRUSTED_PROXIES: z
      .string()
      .regex(/^[\w.:/]+(,[\w.:/]+)*$/, 'must be addresses or networks')
      .default('loopback')
      .transform((list) => list.split(','))
      .describe(
        'Addresses or networks of the front door, whose X-Forwarded-For is believed, separated by commas.',
      ),
    TIER_URLS: tierUrls
      .optional()
      .describe(
        'Where each process answers /readyz: `publisher=http://10.0.0.1:3001,...`; a tier may be named several times.',
      ),
    SUPPORT_EMAIL: z
      .email()
      .optional()
      .describe(
        'Whom buyers are told to write to about their orders. Without it they are told the address of the event’s organizer.',
      ),
    WEB_ROOT: z
      .string()
      .min(1)
      .optional()
      .describe('The built web app, whose index.html pages for search engines are made from.'),
  })
  .and(paymentSettings)
  .and(mailSettings)
  .and(scheduleSettings);

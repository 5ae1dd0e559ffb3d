import { z } from 'zod';
import { commonSettings } from '../../shared/tier/config.ts';

export const sandboxSettings = z.object({
  HOST: commonSettings.HOST,
  PORT: commonSettings.PORT,
  SANDBOX_PAYMENTS_KEY: z.string().min(16).describe('API key; the same as in general.'),
  SANDBOX_WEBHOOK_SECRET: z.string().min(16).describe('Secret that signs webhooks; the same as in general.'),
  SANDBOX_WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .describe('URL for webhooks: /api/payments/webhook of general.'),
  SANDBOX_DATA: z.string().min(1).describe('Path of its database file.'),
});

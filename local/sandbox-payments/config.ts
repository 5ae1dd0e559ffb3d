import { z } from 'zod';
import { commonSettings } from '../../shared/tier/config.ts';

export const sandboxSettings = z.object({
  HOST: commonSettings.HOST,
  PORT: commonSettings.PORT,
  SANDBOX_PAYMENTS_KEY: z.string().min(16).describe('What a caller must have, as general has it.'),
  SANDBOX_WEBHOOK_SECRET: z.string().min(16).describe('Signs webhooks, as general checks it.'),
  SANDBOX_WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .describe('Where webhooks go: /api/payments/webhook of general.'),
  SANDBOX_DATA: z.string().min(1).describe('Path of its database, a file.'),
});

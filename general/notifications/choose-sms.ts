import { z } from 'zod';
import { createSnsSms } from './sns-sms.ts';
import type { SmsProvider } from './sms-route.ts';
import { createTwilioSms } from './twilio-sms.ts';

export const smsSettings = z
  .object({
    SMS_VIA: z
      .enum(['sns', 'twilio'])
      .optional()
      .describe(
        'Who sends news by SMS. `sns` needs AWS_REGION, `twilio` the settings TWILIO_…. Without it no SMS is offered.',
      ),
    TWILIO_ACCOUNT_SID: z
      .string()
      .regex(/^AC[0-9a-f]{32}$/)
      .optional()
      .describe('Account SID of Twilio.'),
    TWILIO_AUTH_TOKEN: z.string().min(1).optional().describe('Auth token of the account.'),
    TWILIO_FROM: z
      .string()
      .regex(/^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})$/)
      .optional()
      .describe(
        'The number from which Twilio sends, with its country code, or the SID of a messaging service.',
      ),
    TWILIO_API_URL: z
      .url({ protocol: /^https?$/ })
      .default('https://api.twilio.com')
      .describe('URL of Twilio, or of a stand-in for it.'),
    AWS_REGION: z.string().optional(),
    AWS_ENDPOINT_URL: z.string().optional(),
  })
  .superRefine((settings, context) => {
    const needed = {
      sns: ['AWS_REGION'],
      twilio: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'],
    } as const;
    if (settings.SMS_VIA === undefined) return;
    for (const name of needed[settings.SMS_VIA])
      if (settings[name] === undefined)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `is needed with SMS_VIA=${settings.SMS_VIA}`,
        });
  });

/** Undefined if no provider is set: then no SMS is offered. */
export function chooseSmsProvider(settings: z.infer<typeof smsSettings>): SmsProvider | undefined {
  const { SMS_VIA, AWS_REGION, AWS_ENDPOINT_URL, TWILIO_API_URL: apiUrl } = settings;
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: from } = settings;
  if (SMS_VIA === 'sns' && AWS_REGION !== undefined)
    return createSnsSms({ region: AWS_REGION, endpoint: AWS_ENDPOINT_URL });
  if (SMS_VIA === 'twilio' && accountSid !== undefined && authToken !== undefined && from !== undefined)
    return createTwilioSms({ accountSid, authToken, from, apiUrl });
  return undefined;
}

import { z } from 'zod';
import { commonSettings } from '../../shared/tier/config.ts';

export const mailCatcherSettings = z.object({
  HOST: commonSettings.HOST,
  PORT: commonSettings.PORT,
  SMTP_PORT: commonSettings.PORT.describe('Where mails come in; PORT is that of the pages.'),
});

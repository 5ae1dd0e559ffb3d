import { z } from 'zod';
import {
  checkoutSettings,
  commonSettings,
  mysqlSettings,
  publicUrlSettings,
  redisSettings,
  sessionSettings,
} from '../shared/tier/config.ts';

export const realtimeSettings = z.object({
  ...commonSettings,
  ...redisSettings,
  ...mysqlSettings,
  ...sessionSettings,
  ...checkoutSettings,
  ...publicUrlSettings,
});

import { z } from 'zod';
import {
  brokerSettings,
  checkoutSettings,
  commonSettings,
  redisSettings,
  whole,
} from '../shared/tier/config.ts';

export const consumerSettings = z.object({
  ...commonSettings,
  ...redisSettings,
  ...brokerSettings,
  ...checkoutSettings,
  TIMER_GRACE_MS: whole(0, 86_400_000)
    .default(2_000)
    .describe('Milliseconds after which the sweeper ends a hold whose timer has not arrived.'),
});

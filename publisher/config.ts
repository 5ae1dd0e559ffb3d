import { z } from 'zod';
import {
  brokerSettings,
  commonSettings,
  mysqlSettings,
  publicUrlSettings,
  redisSettings,
  sessionSettings,
} from '../shared/tier/config.ts';

export const publisherSettings = z.object({
  ...commonSettings,
  ...redisSettings,
  ...brokerSettings,
  ...mysqlSettings,
  ...sessionSettings,
  ...publicUrlSettings,
});

import type { NewsJobDeps } from '../general/notifications/news-jobs.ts';

/** For tests whose mails are not about holds. */
export const noInventory: NewsJobDeps['inventory'] = {
  view: () => Promise.reject(new Error('this test has no inventory')),
};

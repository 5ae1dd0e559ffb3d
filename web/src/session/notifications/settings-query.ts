import type { z } from 'zod';
import type { notificationSettings } from '@seatdrop/shared/contract/notifications.ts';
import { one } from '../../api/reading.ts';

export type NewsSettings = z.infer<typeof notificationSettings>;

/** Not asked for again when the window gets the focus: that would undo boxes which are not saved yet. */
export const newsQuery = (userId: number) => ({
  ...one<NewsSettings>(['notifications', userId], '/me/notifications'),
  refetchOnWindowFocus: false,
});

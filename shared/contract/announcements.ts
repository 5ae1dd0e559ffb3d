import { z } from 'zod';
import { longestAnnouncement } from './announcement-limits.ts';
import { nonce } from './nonce.ts';
import { prose } from './text.ts';
import { time } from './times.ts';

export const newAnnouncement = z
  .strictObject({
    text: prose(longestAnnouncement).min(1),
    nonce: nonce.optional().meta({
      description:
        'Chosen by the caller for this announcement, such as a UUID. If there is no answer, repeat the request with the same nonce',
    }),
  })
  .meta({ id: 'NewAnnouncement' });

export const announcement = z
  .object({
    number: z
      .int()
      .min(1)
      .meta({ description: 'Counts the announcements of the drop from 1, in order and without gaps' }),
    text: z.string().meta({ description: 'Plain text; may have several lines' }),
    announcedAt: time,
  })
  .meta({ id: 'Announcement' });

export type Announcement = z.infer<typeof announcement>;

export const announcements = z
  .object({ announcements: z.array(announcement).meta({ description: 'Latest first' }) })
  .meta({ id: 'Announcements' });

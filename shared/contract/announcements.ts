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
        'Made up by the caller for this one announcement, and sent again with it when no answer came: a UUID will do',
    }),
  })
  .meta({ id: 'NewAnnouncement' });

export const announcement = z
  .object({
    number: z
      .int()
      .min(1)
      .meta({ description: 'Within its drop, in the order they were made, without gaps' }),
    text: z.string().meta({ description: 'Plain text, which may have several lines' }),
    announcedAt: time,
  })
  .meta({ id: 'Announcement' });

export type Announcement = z.infer<typeof announcement>;

export const announcements = z
  .object({ announcements: z.array(announcement).meta({ description: 'Latest first' }) })
  .meta({ id: 'Announcements' });

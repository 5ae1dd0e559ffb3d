import type { Announcement } from '../contract/announcements.ts';
import type { Database } from '../mysql/connect.ts';

export type AnnouncementRow = {
  drop_id: number;
  number: number;
  text: string;
  announced_by: number;
  announced_at: Date;
  nonce: string | null;
};

/** The announcements of a drop with a number above `after`, in ascending order. */
export async function readAnnouncements(db: Database, dropId: number, after = 0): Promise<Announcement[]> {
  const rows = await db<AnnouncementRow>('announcements')
    .where({ drop_id: dropId })
    .andWhere('number', '>', after)
    .orderBy('number')
    .select('number', 'text', 'announced_at');
  return rows.map(presentAnnouncement);
}

export function presentAnnouncement({
  number,
  text,
  announced_at,
}: Pick<AnnouncementRow, 'number' | 'text' | 'announced_at'>): Announcement {
  return { number, text, announcedAt: announced_at.toISOString() };
}

import { mostAnnouncements } from '../../shared/contract/announcement-limits.ts';
import { announcement as announcementSchema, newAnnouncement } from '../../shared/contract/announcements.ts';
import { idParams } from '../../shared/contract/ids.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import { presentAnnouncement, type AnnouncementRow } from '../../shared/drops/announcements.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { transact, type Database } from '../../shared/mysql/connect.ts';
import { Problem } from '../../shared/tier/problems.ts';
import { recordAct } from '../audit/record-act.ts';
import type { Deps } from '../deps.ts';
import { requireOwner } from '../events/owner.ts';
import { defineRoute, type Route } from '../http/route.ts';

/**
 * Nothing is sent from here: realtime follows the drops in MySQL and tells what it finds there, so that an announcement
 * that is committed reaches everybody, whatever happens to this process a moment later.
 */
export function announce({ db, log }: Pick<Deps, 'db' | 'log'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/drops/:id/announcements',
    summary: 'Tell something to everybody who watches a drop',
    description:
      'Shown on the drop’s page at once, also in any other page that watches it, and to all who come later; in every ' +
      `state of the drop. It cannot be taken back. A drop has at most ${mostAnnouncements}. Sent again with the same ` +
      '`nonce` (its answer was lost on the way), it is the same announcement and gets the same answer.',
    tag: 'Drops',
    who: ['organizer', 'admin'],
    params: idParams,
    body: newAnnouncement,
    success: { status: 201, schema: announcementSchema, description: 'The announcement' },
    problems: ['too_many_announcements'],
    records: 'announced',
    async handle({ params: { id }, body: { text, nonce = null }, session, actor }) {
      const row = await transact(db, async (trx) => {
        // One at a time, so that numbers have no gaps and none is counted twice.
        await trx('drops').where({ id }).forUpdate().first('id');
        const drop = await loadDrop(trx, id);
        if (!drop) throw new Problem('not_found');
        requireOwner(session, drop.organizerId);
        const known = nonce === null ? undefined : await announcedWith(trx, id, nonce);
        if (known) return known;
        if (drop.announcements >= mostAnnouncements) throw new Problem('too_many_announcements');
        const made: AnnouncementRow = {
          drop_id: id,
          number: drop.announcements + 1,
          text,
          announced_by: session.userId,
          announced_at: new Date(),
          nonce,
        };
        await trx<AnnouncementRow>('announcements').insert(made);
        await trx('drops').where({ id }).update({ announcements: made.number });
        await recordAct(trx, actor, {
          act: 'announced',
          subject: { kind: 'drop', id },
          before: null,
          after: { number: made.number, text },
        });
        log.info({ dropId: id, userId: session.userId, number: made.number }, 'announced');
        return made;
      });
      if (row.text !== text) throw invalid('/nonce', 'nonce_reused');
      return presentAnnouncement(row);
    },
  });
}

function announcedWith(trx: Database, dropId: number, nonce: string): Promise<AnnouncementRow | undefined> {
  return trx<AnnouncementRow>('announcements').where({ drop_id: dropId, nonce }).first();
}

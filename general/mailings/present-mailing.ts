import type { z } from 'zod';
import type { mailing } from '../../shared/contract/mailings.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import type { MailingRow } from './mailing-row.ts';

type Unsent = { id: number; unsent: number; failed: string | number | null };

/** With how far they are: what is written into the outbox, less what waits there. */
export async function presentMailings(
  db: Database,
  rows: readonly MailingRow[],
): Promise<z.input<typeof mailing>[]> {
  const [unsent, writers] = await Promise.all([
    db('outbox')
      .whereIn(
        'mailing_id',
        rows.map(({ id }) => id),
      )
      .whereNull('sent_at')
      .groupBy('mailing_id')
      .select(
        'mailing_id as id',
        db.raw('count(*) as unsent, count(given_up_at) as failed'),
      ) as unknown as Promise<Unsent[]>,
    db<{ id: number; name: string }>('users')
      .whereIn(
        'id',
        rows.map(({ written_by }) => written_by),
      )
      .select('id', 'name'),
  ]);
  return rows.map((row) => {
    const waiting = unsent.find(({ id }) => id === row.id);
    return {
      id: row.id,
      eventId: row.event_id,
      ...(row.drop_id !== null && { dropId: row.drop_id }),
      kind: row.kind,
      text: row.text,
      writtenAt: row.written_at.toISOString(),
      writtenBy: writers.find(({ id }) => id === row.written_by)?.name ?? '',
      holders: row.holders,
      made: row.made,
      // The outbox is read after the mailing, and may have rows that `made` does not count yet.
      sent: Math.max(0, row.made - (waiting?.unsent ?? 0)),
      failed: Number(waiting?.failed ?? 0),
      allMade: row.made_at !== null,
    };
  });
}

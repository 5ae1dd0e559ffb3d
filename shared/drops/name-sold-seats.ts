/**
 * Adds the names that identify a seat within its event to sold seats written by code from before migration 017. That
 * code goes on writing after the migration, while a new version is rolled out.
 */
import type { Section } from '../inventory/layout.ts';
import { sectionKey, seatNameOf } from '../inventory/seat-names.ts';
import type { Database } from '../mysql/connect.ts';
import { fromJson } from './drop.ts';

type DropRow = { id: number; event_id: number; sections: Section[] };
type OwnedSeat = { drop_id: number; seat_id: string; order_id: string };

/** One seat with two owners. */
export type Conflict = { eventId: number; section: string; row: string; number: number; orders: string[] };

/**
 * Seats of cancelled drops get no names, since their orders are being refunded. `conflicts`: seats whose name already
 * belongs to another order; at most 50 per drop are checked. Safe to repeat and to run concurrently.
 */
export async function nameSoldSeats(db: Database): Promise<{ named: number; conflicts: Conflict[] }> {
  const ids: number[] = await db('sold_seats as s')
    .join('drops as d', 'd.id', 's.drop_id')
    .whereNull('s.event_id')
    .whereNull('d.cancelled_at')
    .distinct('s.drop_id')
    .pluck('s.drop_id');
  let named = 0;
  const conflicts: Conflict[] = [];
  for (const id of ids) {
    const row = await db<DropRow>('drops').where({ id }).first('id', 'event_id', 'sections');
    if (!row) continue;
    const drop = { ...row, sections: fromJson(row.sections) };
    named += await nameSeatsOf(db, drop);
    conflicts.push(...(await conflictsOf(db, drop)));
  }
  return { named, conflicts };
}

async function nameSeatsOf(db: Database, { id, event_id, sections }: DropRow): Promise<number> {
  let named = 0;
  let firstRow = 0;
  for (const { name, rows } of sections) {
    // Does what seatNameOf does, for a whole section. IGNORE skips seats whose name already has an owner.
    const [{ changedRows }] = (await db.raw(
      `update ignore sold_seats
       set event_id = ?, section_key = ?, seat_number = substring_index(seat_id, '.', -1),
         row_label = cast(substring_index(seat_id, '.', 1) as unsigned) + 1 - ?
       where drop_id = ? and event_id is null
         and cast(substring_index(seat_id, '.', 1) as unsigned) between ? and ?`,
      [event_id, sectionKey(name), firstRow, id, firstRow, firstRow + rows - 1],
    )) as [{ changedRows: number }];
    named += changedRows;
    firstRow += rows;
  }
  return named;
}

async function conflictsOf(db: Database, { id, event_id, sections }: DropRow): Promise<Conflict[]> {
  const left: OwnedSeat[] = await db('sold_seats').where({ drop_id: id }).whereNull('event_id').limit(50);
  const found: Conflict[] = [];
  for (const { seat_id, order_id } of left) {
    const name = seatNameOf(seat_id, sections);
    const owner: OwnedSeat | undefined = await db('sold_seats')
      .where({ event_id, ...name })
      .first();
    // If no seat has that name, this one was sold just now, and the next call names it.
    if (!owner) continue;
    const { section_key: section, row_label: row, seat_number: number } = name;
    found.push({ eventId: event_id, section, row, number, orders: [owner.order_id, order_id] });
  }
  return found;
}

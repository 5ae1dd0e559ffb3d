import { randomInt } from 'node:crypto';
import { loadDrop, type Drop } from '../shared/drops/drop.ts';
import type { Database } from '../shared/mysql/connect.ts';
import { newDrop } from './inventory.ts';

/** Writes an event and its organizer. Returns the event's id. */
export async function insertEvent(db: Database): Promise<number> {
  const email = `organizer-${randomInt(2 ** 47)}@seatdrop.test`;
  const organizer = { email, name: 'Organizer', password_hash: 'none', role: 'organizer' };
  const [organizerId] = await db('users').insert(organizer);
  const [eventId = 0] = await db('events').insert({
    organizer_id: organizerId,
    title: 'A Night of Strings',
    description: '',
    venue: 'Old Mill',
    starts_at: new Date(Date.now() + 90 * 86_400_000),
  });
  return eventId;
}

/** Writes a drop with the defaults of `newDrop`, and its questions, into MySQL, which assigns the id. */
export async function insertDrop(db: Database, eventId: number, changes: Partial<Drop> = {}): Promise<Drop> {
  const terms = newDrop(changes);
  const [id = 0] = await db('drops').insert({
    event_id: eventId,
    opens_at: new Date(terms.opensAt),
    closes_at: new Date(terms.closesAt),
    price_amount: terms.price.amount,
    price_currency: terms.price.currency,
    hold_seconds: terms.holdSeconds,
    pay_seconds: terms.paySeconds,
    max_per_buyer: terms.maxPerBuyer,
    standby_limit: terms.standbyLimit,
    lapse_pause_seconds: terms.lapsePauseSeconds,
    partitions: terms.partitions,
    sections: JSON.stringify(terms.sections),
    capacity: terms.capacity,
    stocked_at: terms.stocked ? new Date() : null,
    cancelled_at: terms.cancelled ? new Date() : null,
  });
  await db('drop_questions').insert(
    terms.questions.map(({ id: number, text, answer }) => ({ drop_id: id, number, text, answer })),
  );
  const drop = await loadDrop(db, id);
  if (!drop) throw new Error('the drop was not written');
  return drop;
}

/**
 * Writes a drop and puts its seats into Redis with `stock`, in general's order: a publisher treats a drop that is
 * marked as stocked, but has no seats in Redis, as lost.
 */
export async function insertStockedDrop(
  db: Database,
  stock: (drop: Drop) => Promise<unknown>,
  changes: Partial<Drop> = {},
): Promise<Drop> {
  const drop = await insertDrop(db, await insertEvent(db), { ...changes, stocked: false });
  await stock(drop);
  await db('drops')
    .where({ id: drop.id })
    .update({ stocked_at: db.fn.now(3) });
  return { ...drop, stocked: true };
}

/** In a schema from before seats had names in their event, two drops may sell the same seats. */
import type { Section } from '../inventory/layout.ts';
import type { Database } from '../mysql/connect.ts';
import { createEmptyDatabase, type TestDatabase } from '../../testing/database.ts';
import { insertEvent } from '../../testing/insert-drop.ts';
import { migrateOnce } from './index.ts';

let database: TestDatabase;
let db: Database;

beforeEach(async () => {
  database = await createEmptyDatabase();
  ({ db } = database);
  while ((await migrateOnce(db)) !== '017-names-of-sold-seats');
});
afterEach(() => database.drop());

const opensAt = '2031-04-04T09:00:00.000Z';

/** Rows as the code of that time wrote them: without names. */
async function dropWith(eventId: number, sections: Section[], sold: string[] = []): Promise<number> {
  const [id = 0] = await db('drops').insert({
    event_id: eventId,
    opens_at: new Date(opensAt),
    closes_at: new Date(opensAt),
    price_amount: 100,
    price_currency: 'EUR',
    hold_seconds: 60,
    max_per_buyer: 2,
    standby_limit: 0,
    sections: JSON.stringify(sections),
    capacity: 9,
  });
  for (const seat_id of sold) {
    const order_id = `${id}-${seat_id}`;
    await db('orders').insert({
      id: order_id,
      drop_id: id,
      partition: 0,
      user_id: 1,
      attempt: 1,
      amount: 100,
      currency: 'EUR',
      status: 'paid',
    });
    await db('sold_seats').insert({ drop_id: id, seat_id, order_id });
  }
  return id;
}

const section = (called: string, rows = 2): Section => ({ name: called, rows, seatsPerRow: 3 });
const seats = (): Promise<object[]> => db('sold_seats').orderBy(['drop_id', 'seat_id']);
const last = '018-sold-seats-have-names';

test('each sold seat gets the name by which people know it', async () => {
  const [one, other] = [await insertEvent(db), await insertEvent(db)];
  const sections = [section('Floor'), section('Café', 11), section('Cafe')];
  const drop = await dropWith(one, sections, ['0.1', '1.3', '2.2', '12.3', '13.1']);
  const cancelled = await dropWith(one, [section('Floor')], ['0.1']);
  await db('drops').where({ id: cancelled }).update({ cancelled_at: new Date() });
  const elsewhere = await dropWith(other, [section('FLOOR')], ['0.1']);

  expect(await migrateOnce(db)).toBe(last);
  const named = (drop_id: number, event_id: number, seat_id: string, ...of: [string, string, number]) => ({
    drop_id,
    event_id,
    seat_id,
    order_id: `${drop_id}-${seat_id}`,
    section_key: of[0],
    row_label: of[1],
    seat_number: of[2],
  });
  expect(await seats()).toMatchObject([
    named(drop, one, '0.1', 'floor', '1', 1),
    named(drop, one, '1.3', 'floor', '2', 3),
    named(drop, one, '12.3', 'café', '11', 3),
    named(drop, one, '13.1', 'cafe', '1', 1),
    named(drop, one, '2.2', 'café', '1', 2),
    // Its order is being refunded, and must not block the buyer to whom the seat is sold meanwhile.
    expect.objectContaining({ drop_id: cancelled, event_id: null, section_key: null }),
    named(elsewhere, other, '0.1', 'floor', '1', 1),
  ]);
});

test('drops that sell the same seats are all listed, nothing changes, and mended it runs again', async () => {
  const [one, other] = [await insertEvent(db), await insertEvent(db)];
  const first = await dropWith(one, [section('Floor'), section('Gallery')], ['0.1', '2.1']);
  const second = await dropWith(one, [section('Box'), section('ＦＬＯＯＲ')], ['0.1', '2.1']);
  const third = await dropWith(one, [section('gallery')]);
  const twice = await dropWith(other, [section('Stalls'), section('stalls')], ['0.1']);
  const before = await seats();

  const failed = await migrateOnce(db).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Error);
  const { message } = failed as Error;
  expect(message).toContain(`event ${one}, "A Night of Strings":
    drop ${first}, which opens or opened at ${opensAt}: sections[0], "Floor"
    drop ${second}, which opens or opened at ${opensAt}: sections[1], "ＦＬＯＯＲ"`);
  expect(message).toContain(`drop ${third}, which opens or opened at ${opensAt}: sections[0], "gallery"`);
  expect(message).toContain(`event ${other}, "A Night of Strings":
    drop ${twice}, which opens or opened at ${opensAt}: sections[0], "Stalls"
    drop ${twice}, which opens or opened at ${opensAt}: sections[1], "stalls"`);
  expect(await seats()).toEqual(before);
  await expect(migrateOnce(db)).rejects.toThrow(message);

  // Try both ways that the message names.
  const rename = "update drops set sections = json_set(sections, '$[1].name', ?) where id = ?";
  expect(message).toContain("update drops set sections = json_set(sections, '$[INDEX].name', 'NEW NAME')");
  await db.raw(rename, ['Floor B', second]);
  await db.raw(rename, ['Circle', twice]);
  await expect(migrateOnce(db)).rejects.toThrow(`drop ${third}`);
  await db('drops').where({ id: third }).update({ cancelled_at: new Date() });
  expect(await migrateOnce(db)).toBe(last);
  expect(await db('sold_seats').where({ drop_id: second }).orderBy('seat_id').pluck('section_key')).toEqual([
    'box',
    'floor b',
  ]);
});

import request from 'supertest';
import { newDrop } from '../../shared/contract/drops.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { createDrop, createEvent, dropBody } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';
import { insertDrop } from './create-drop.ts';

let general: TestGeneral;
let organizer: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  organizer = await general.user('organizer');
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

const stats = async (id: number) =>
  (await request(general.app).get(`/api/drops/${id}/stats`).set(organizer.bearer).expect(200)).body as object;

test('seats are counted by state, the waiting list by buyer', async () => {
  const { id } = await createDrop(general, organizer, { standbyLimit: 3 });
  const atFirst = {
    entriesPerSecond: null,
    decisionsPerSecond: null,
    queueDepths: null,
    orders: 0,
    revenue: { amount: 0, currency: 'EUR' },
    watching: 0,
    phase: 'scheduled',
    paused: false,
  };
  const seats = { capacity: 25, held: 0, paying: 0, sold: 0, standby: 0 };
  expect(await stats(id)).toEqual({ ...seats, free: 25, ...atFirst });

  // Eight buyers ask for four seats each: six get them, and two are in standby, since one free seat is too few.
  const packed = Array.from({ length: 8 }, (_, buyer) => `${buyer + 1}:4`).join(',');
  await general.inventory.claim(
    { dropId: id, partition: 0 },
    { id: newBatchId(), packed },
    { mayBorrow: false },
  );
  expect(await stats(id)).toMatchObject({ ...seats, free: 1, held: 24, standby: 2 });
});

test('before its seats are on sale a drop has none', async () => {
  const id = await insertDrop(general.db, await createEvent(general, organizer), newDrop.parse(dropBody()));
  expect(await stats(id)).toMatchObject({ capacity: 0, free: 0, held: 0, paying: 0, sold: 0, standby: 0 });
});

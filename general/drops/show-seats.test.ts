import request from 'supertest';
import type { z } from 'zod';
import type { seatRows } from '../../shared/contract/drops.ts';
import { loadDrop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createDrop } from '../../testing/general/new-drop.ts';

type SeatRows = z.infer<typeof seatRows>;

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

const seats = async (id: number) =>
  (await request(system.app).get(`/api/drops/${id}/seats`).expect(200)).body as SeatRows;
const look = async (id: number) => (await seats(id)).rows;
const old = () => new Promise((resolve) => setTimeout(resolve, 300));

test('anybody sees which seats are free, held and sold, a quarter of a second later at most', async () => {
  const drop = await system.openDrop(4);
  expect(await look(drop.id)).toEqual(['....']);
  const buyer = await system.user();
  const { token } = await system.hold(drop, buyer);
  await old();
  expect(await look(drop.id)).toEqual(['.h..']);
  await request(system.app)
    .post('/api/checkout')
    .set(buyer.bearer)
    .send({ checkoutToken: token, payment: { token: 'tok_approved' } })
    .expect(201);
  await old();
  expect(await look(drop.id)).toEqual(['.s..']);
});

test('a crowd that asks at once costs one look', async () => {
  const drop = await system.openDrop(4);
  await look(drop.id);
  await old();
  const spy = jest.spyOn(system.inventory, 'seatMap');
  // The clock stands still, since a busy machine may need longer for fifty requests than an answer is cached.
  const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  const answers = await Promise.all(Array.from({ length: 50 }, () => look(drop.id)));
  expect(spy).toHaveBeenCalledTimes(1);
  clock.mockRestore();
  spy.mockRestore();
  expect(new Set(answers.map(String))).toEqual(new Set(['....']));
});

test('who has no socket reads there that it is sold out, that it is paused, and that seats came back', async () => {
  const { id } = await system.openDrop(2, { standbyLimit: 1 });
  const drop = (await loadDrop(system.db, id))!;
  const figures = async () => {
    await old();
    return (await seats(id)).drop;
  };
  expect(await figures()).toMatchObject({ dropId: id, phase: 'open', capacity: 2, free: 2, soldOut: false });
  const [first, waiting] = [await system.user(), await system.user()];
  await system.hold(drop, first, 2);
  expect(await figures()).toMatchObject({ free: 0, held: 2, sold: 0, standby: 0, soldOut: false });
  await system.inventory.claim(
    { dropId: id, partition: 0 },
    { id: newBatchId(), packed: `${waiting.userId}:1` },
    { mayBorrow: false },
  );
  expect(await figures()).toMatchObject({ free: 0, held: 2, standby: 1, soldOut: true });
  await request(system.app).post(`/api/drops/${id}/pause`).set(system.organizer.bearer).expect(200);
  expect(await figures()).toMatchObject({ phase: 'paused', soldOut: true });
  await system.inventory.leave({ dropId: id, partition: 0 }, first.userId);
  expect(await figures()).toMatchObject({ free: 1, held: 1, standby: 0, soldOut: false });
});

test('a drop that is not stocked yet has all its seats, one that does not exist has none', async () => {
  const { id } = await createDrop(system, system.organizer, {
    sections: [{ name: 'Stalls', rows: 2, seatsPerRow: 3 }],
    partitions: 2,
  });
  expect(await look(id)).toEqual(['...', '...']);
  expect((await seats(id)).drop).toMatchObject({ phase: 'scheduled', free: 6, held: 0, soldOut: false });
  const { body } = await request(system.app).get('/api/drops/4294967295/seats').expect(404);
  expect(body).toMatchObject({ code: 'not_found' });
  await request(system.app).get('/api/drops/x/seats').expect(404);
});

import request from 'supertest';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { createAvailability } from './availability.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

type Listed = { drops: { id: number; availability?: string; free?: number }[] };

/** The availability in each public answer that shows a drop; at most a second old. */
async function told({ id, eventId }: { id: number; eventId: number }): Promise<(string | undefined)[]> {
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  const of = ({ drops }: Listed) => drops.find((drop) => drop.id === id)!;
  const list = await request(system.app).get('/api/events?limit=100').expect(200);
  const event = await request(system.app).get(`/api/events/${eventId}`).expect(200);
  const drop = await request(system.app).get(`/api/drops/${id}`).expect(200);
  const listed = of(
    (list.body as { items: Listed[] }).items.find(({ drops }) => drops.some((one) => one.id === id))!,
  );
  expect(listed).not.toHaveProperty('free');
  return [
    listed.availability,
    of(event.body as Listed).availability,
    (drop.body as Listed['drops'][0]).availability,
  ];
}

test('everybody is told in one word what an open drop still has', async () => {
  const drop = await system.openDrop(12, { standbyLimit: 1 });
  expect(await told(drop)).toEqual(['seats', 'seats', 'seats']);
  await system.hold(drop, await system.user(), 4);
  await system.hold(drop, await system.user(), 4);
  expect(await told(drop)).toEqual(['few', 'few', 'few']);
  await system.hold(drop, await system.user(), 4);
  expect(await told(drop)).toEqual(['standby', 'standby', 'standby']);
  const { userId } = await system.user();
  const batch = { id: newBatchId(), packed: `${userId}:1` };
  await system.inventory.claim({ dropId: drop.id, partition: 0 }, batch, { mayBorrow: false });
  expect(await told(drop)).toEqual(['none', 'none', 'none']);
});

test('a crowd that asks costs one look a second, and Redis that does not answer costs nobody more than a moment', async () => {
  const drop = await system.openDrop(12);
  const counts = jest.fn(system.inventory.counts);
  const now = createAvailability({ counts });
  const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  await Promise.all(Array.from({ length: 50 }, () => now(drop, Date.now())));
  expect(counts).toHaveBeenCalledTimes(1);
  clock.mockRestore();

  const silent = createAvailability({ counts: () => new Promise(() => {}) });
  expect(await silent(drop, Date.now())).toBeUndefined();
});

test('of a drop that is not open nothing is asked', async () => {
  const drop = await system.openDrop(12);
  const counts = jest.fn(system.inventory.counts);
  const now = createAvailability({ counts });
  for (const changes of [{ paused: true }, { cancelled: true }, { closesAt: Date.now() }]) {
    expect(await now({ ...drop, ...changes }, Date.now())).toBeUndefined();
  }
  expect(counts).not.toHaveBeenCalled();
});

import request from 'supertest';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { createDrop } from '../../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';

let general: TestGeneral;
let organizer: TestUser;
let admin: TestUser;
beforeAll(async () => {
  general = await startGeneral();
  [organizer, admin] = await Promise.all([general.user('organizer'), general.user('admin')]);
});
afterAll(() => general.stop());
afterEach(() => general.assertQuiet());

type Page<T> = { items: T[]; next: string | null };
type Event = { id: number; drops: object[] };

const get = async (path: string, query: object, by?: TestUser) => {
  const { status, body } = await request(general.app)
    .get(path)
    .query(query)
    .set(by?.bearer ?? {});
  return { status, body: body as unknown };
};

/** In ascending order. */
const sorted = (ids: readonly number[]) => ids.toSorted((a, b) => a - b);

async function readAll<T extends { id: number }>(path: string, query: object, by: TestUser): Promise<T[]> {
  const all: T[] = [];
  let after: string | null | undefined;
  do {
    const { status, body } = await get(path, { ...query, ...(after && { after }) }, by);
    expect(status).toBe(200);
    const page = body as Page<T>;
    all.push(...page.items);
    after = page.next;
  } while (after !== null);
  return all;
}

test('an organizer’s own events come with what is sold and free; others’ are not among them', async () => {
  const rival = await general.user('organizer');
  const { id, eventId } = await createDrop(general, organizer);
  await createDrop(general, rival);
  const place = { dropId: id, partition: 0 };
  await general.inventory.claim(place, { id: newBatchId(), packed: '1:2' }, { mayBorrow: false });
  const { items } = (await get('/api/events', { mine: 'true' }, organizer)).body as Page<Event>;
  expect(items.map((event) => event.id)).toEqual([eventId]);
  expect(items[0]!.drops).toMatchObject([{ id, capacity: 25, free: 23, sold: 0, state: 'scheduled' }]);

  const publicList = (await get('/api/events', { limit: 100 })).body as Page<Event>;
  for (const { drops } of publicList.items) {
    for (const drop of drops) expect(drop).not.toHaveProperty('sold');
  }
  expect(await get('/api/events', { mine: 'true' })).toMatchObject({
    status: 401,
    body: { code: 'not_signed_in' },
  });
  expect((await get('/api/events', { mine: 'true' }, await general.user())).body).toMatchObject({
    items: [],
  });
  expect((await get('/api/events', { mine: 'yes' }, organizer)).status).toBe(422);
});

test('an admin sees all drops, each once, and those of each phase', async () => {
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
  const columns: Record<string, object> = {
    scheduled: {},
    open: { opens_at: ago(60) },
    paused: { opens_at: ago(60), paused_at: ago(1) },
    closed: { opens_at: ago(60), closes_at: ago(1) },
    cancelled: { cancelled_at: ago(1) },
  };
  const ids: Record<string, number> = {};
  for (const [phase, set] of Object.entries(columns)) {
    const { id } = await createDrop(general, organizer);
    if (Object.keys(set).length > 0) await general.db('drops').where({ id }).update(set);
    ids[phase] = id;
  }
  const everything: number[] = (await general.db('drops').select('id')).map(({ id }: { id: number }) => id);
  for (const limit of [1, 3, 100]) {
    const listed = await readAll('/api/drops', { limit }, admin);
    expect(sorted(listed.map(({ id }) => id))).toEqual(sorted(everything));
  }
  const seen: number[] = [];
  for (const [phase, id] of Object.entries(ids)) {
    const listed = await readAll<{ id: number; state: string }>('/api/drops', { phase }, admin);
    expect(listed.map((drop) => drop.id)).toContain(id);
    expect(new Set(listed.map(({ state }) => state))).toEqual(new Set([phase]));
    seen.push(...listed.map((drop) => drop.id));
  }
  expect(sorted(seen)).toEqual(sorted(everything));
  const [shown] = await readAll('/api/drops', { phase: 'paused' }, admin);
  expect(shown).toMatchObject({
    free: 25,
    sold: 0,
    event: { title: 'A Night of Strings' },
    organizer: { id: organizer.userId, name: 'organizer' },
  });
});

test('nobody else lists all drops, and nonsense is refused', async () => {
  for (const by of [organizer, await general.user()]) {
    expect((await get('/api/drops', {}, by)).status).toBe(403);
  }
  expect((await get('/api/drops', {})).status).toBe(401);
  for (const query of [{ phase: 'lunch' }, { limit: 0 }, { after: 'x' }, { mine: 'true' }]) {
    expect(await get('/api/drops', query, admin)).toMatchObject({
      status: 422,
      body: { code: 'invalid_request' },
    });
  }
});

test('accounts are found by how the address starts or by the name, page by page', async () => {
  const people = await Promise.all(Array.from({ length: 7 }, () => general.user()));
  const [ann, bob, percent] = people as [TestUser, TestUser, TestUser];
  const name = (user: TestUser, text: string) =>
    general.db('users').where({ id: user.userId }).update({ name: text });
  await name(ann, 'Ann Cellist');
  await name(bob, 'Bob 100_percent%');
  await name(percent, 'Bob 100 percent');
  const find = async (query: string) =>
    (await readAll('/api/users', { query, limit: 3 }, admin)).map(({ id }) => id);
  expect(await find('cell')).toEqual([ann.userId]);
  expect(await find(bob.email.slice(0, 18))).toEqual([bob.userId]);
  expect(await find(` ${bob.email.toUpperCase()} `)).toEqual([bob.userId]);
  expect(await find('0_p')).toEqual([bob.userId]);
  expect(await find('%')).toEqual([bob.userId]);
  expect(await find("' or 1=1 -- ")).toEqual([]);
  expect(await find('\\')).toEqual([]);
  expect(new Set(await find('shopper-'))).toEqual(
    new Set(
      (await general.db('users').where('email', 'like', 'shopper-%').select('id')).map(
        ({ id }: { id: number }) => id,
      ),
    ),
  );
  const all: { id: number }[] = await general.db('users').select('id').orderBy('id', 'desc');
  expect((await readAll('/api/users', { limit: 2 }, admin)).map(({ id }) => id)).toEqual(
    all.map(({ id }) => id),
  );
  for (const query of [{ limit: 0 }, { after: 'x' }, { query: 'x'.repeat(255) }, { name: 'x' }]) {
    expect((await get('/api/users', query, admin)).status).toBe(422);
  }
});

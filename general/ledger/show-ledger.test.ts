import request from 'supertest';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { startArchiving } from '../duties/archive-ledgers.ts';
import { eventually } from '../../testing/eventually.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { createDrop } from '../../testing/general/new-drop.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';

let system: GeneralSystem;
beforeAll(async () => {
  system = await startGeneralSystem();
});
afterAll(() => system.stop());
afterEach(() => system.assertQuiet());

type Item = { seq: number; partition: number; kind: string; hash: string | null; entries?: object[] };
type Page = { items: Item[]; next: string | null };

const get = async (id: number, by: TestUser, query = '') =>
  (await request(system.app).get(`/api/drops/${id}/ledger${query}`).set(by.bearer).expect(200)).body as Page;

/** Waits until all records that are in Redis now are in MySQL. */
async function archived(id: number): Promise<void> {
  const relay = startArchiving(system.deps, { everyMs: 10, registry: createMetrics('general') });
  await eventually(async () => (await get(id, system.organizer)).items.every(({ hash }) => hash !== null));
  await relay.stop();
}

test('the organizer sees everything, a buyer what concerns them, others nothing; archived or not', async () => {
  const drop = await system.openDrop(2, { standbyLimit: 1 });
  const [ann, bob, cid, eve] = await Promise.all([1, 2, 3, 4].map(() => system.user()));
  const place = { dropId: drop.id, partition: 0 };
  const packed = `${ann!.userId}:1,${bob!.userId}:1,${cid!.userId}:1`;
  await system.inventory.claim(place, { id: newBatchId(), packed }, { mayBorrow: false });
  await request(system.app).delete(`/api/drops/${drop.id}/entry`).set(bob!.bearer).expect(200);

  for (const stored of [false, true]) {
    if (stored) await archived(drop.id);
    const all = await get(drop.id, system.organizer);
    expect(all.items.map(({ kind }) => kind)).toEqual(['stock', 'claim', 'release', 'promote']);
    expect(all.items.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(all.items[1]!.entries).toMatchObject([
      { buyerId: ann!.userId, outcome: 'held', quantity: 1 },
      { buyerId: bob!.userId, outcome: 'held' },
      { buyerId: cid!.userId, outcome: 'standby', position: 1 },
    ]);
    expect(all.items.every(({ hash }) => (hash === null) !== stored)).toBe(true);

    const own = await get(drop.id, cid!);
    expect(own.items.map(({ kind }) => kind)).toEqual(['claim', 'promote']);
    expect(own.items[0]!.entries).toMatchObject([{ buyerId: cid!.userId, number: 3 }]);
    const others = [ann!, bob!].flatMap(({ userId }) => [`"buyerId":${userId},`, `"buyerId":${userId}}`]);
    for (const other of others) expect(JSON.stringify(own)).not.toContain(other);
    expect((await get(drop.id, bob!)).items.map(({ kind }) => kind)).toEqual(['claim', 'release']);
    expect((await get(drop.id, eve!)).items).toEqual([]);
    expect((await get(drop.id, await system.user('organizer'))).items).toEqual([]);
    expect((await get(drop.id, await system.user('admin'))).items).toHaveLength(4);
  }
  const role = system.db('users').where({ id: system.organizer.userId });
  await role.clone().update({ role: 'shopper' });
  expect((await get(drop.id, system.organizer)).items).toEqual([]);
  await role.clone().update({ role: 'organizer' });
});

test('pages follow each other over partitions, archived or not, without a gap', async () => {
  const { id } = await createDrop(system, system.organizer, { partitions: 2 });
  for (let buyer = 2; buyer < 14; buyer += 1) {
    const place = { dropId: id, partition: buyer % 2 };
    await system.inventory.claim(place, { id: newBatchId(), packed: `${buyer}:1` }, { mayBorrow: false });
  }
  const pages = async () => {
    const items: Item[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page: Page = await get(id, system.organizer, `?limit=3${after === '' ? '' : `&after=${after}`}`);
      items.push(...page.items);
      after = page.next;
    }
    return items.map(({ partition, seq }) => `${partition}:${seq}`);
  };
  const expected = [0, 1].flatMap((partition) => [1, 2, 3, 4, 5, 6, 7].map((seq) => `${partition}:${seq}`));
  expect(await pages()).toEqual(expected);
  await archived(id);
  expect(await pages()).toEqual(expected);
});

test('nobody reads it without a session, nor of a drop that there is not', async () => {
  const drop = await system.openDrop();
  await request(system.app).get(`/api/drops/${drop.id}/ledger`).expect(401);
  await request(system.app).get('/api/drops/4294967295/ledger').set(system.organizer.bearer).expect(404);
  for (const query of ['?limit=0', '?after=x', '?of=1']) {
    const { body } = await request(system.app)
      .get(`/api/drops/${drop.id}/ledger${query}`)
      .set(system.organizer.bearer)
      .expect(422);
    expect(body).toMatchObject({ code: 'invalid_request' });
  }
  expect((await get(drop.id, system.organizer, '?after=99.7')).items).toEqual([]);
});

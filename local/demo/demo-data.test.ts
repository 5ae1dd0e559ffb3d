import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { passwordMatches } from '../../general/accounts/passwords.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/database.ts';
import { testServers } from '../../testing/servers.ts';

let database: TestDatabase;
const namespace = `demo-${randomBytes(4).toString('hex')}`;
beforeAll(async () => void (database = await createTestDatabase()));
afterAll(() => database.drop());

async function makeDemoData(SEATDROP_ENV = 'local'): Promise<void> {
  const env = {
    SEATDROP_ENV,
    NAMESPACE: namespace,
    MYSQL_URL: database.url,
    REDIS_NODES: testServers().redisNodes.join(','),
  };
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'demo-data.ts')], { env });
}

type DropRow = { id: number; event_id: number; opens_at: Date; stocked_at: Date | null };
const drops = (): Promise<DropRow[]> => database.db('drops').orderBy('id');

test('the demo is for the local stack alone', async () => {
  await expect(makeDemoData('production')).rejects.toThrow('demo data is for the local stack only');
  expect(await database.db('users')).toHaveLength(0);
});

test('a start makes what is missing, and a drop that is over gets a successor', async () => {
  await makeDemoData();
  const first = await drops();
  const now = Date.now();
  expect(first.every((drop) => drop.stocked_at !== null)).toBe(true);
  expect(first.filter((drop) => drop.opens_at.getTime() < now).length).toBeGreaterThan(0);
  const soon = first.find(
    (drop) => drop.opens_at.getTime() > now && drop.opens_at.getTime() <= now + 60_000,
  )!;
  expect(soon).toBeDefined();
  const accounts: { email: string; role: string; password_hash: string }[] = await database
    .db('users')
    .orderBy('role');
  expect(accounts).toMatchObject([
    { email: 'shopper@seatdrop.test', role: 'shopper' },
    { email: 'organizer@seatdrop.test', role: 'organizer' },
    { email: 'admin@seatdrop.test', role: 'admin' },
  ]);
  expect(await passwordMatches('seatdrop-demo', accounts[0]!.password_hash)).toBe(true);

  await makeDemoData();
  expect(await drops()).toEqual(first);

  await database
    .db('drops')
    .where({ id: soon.id })
    .update({ closes_at: new Date(now - 1_000) });
  await makeDemoData();
  const [successor, ...others] = (await drops()).filter(({ id }) => id > first.at(-1)!.id);
  expect(others).toEqual([]);
  // A seat of an event is sold only once, so a new event is added.
  const titleOf = (id: number) => database.db('events').where({ id }).pluck('title');
  expect(successor!.event_id).not.toBe(soon.event_id);
  expect(await titleOf(successor!.event_id)).toEqual(await titleOf(soon.event_id));
  expect(await database.db('events')).toHaveLength(first.length + 1);
  expect(await database.db('users')).toHaveLength(3);
});

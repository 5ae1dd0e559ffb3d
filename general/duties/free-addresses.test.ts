import request from 'supertest';
import { eventually } from '../../testing/eventually.ts';
import { insertOrder } from '../../testing/general/insert-order.ts';
import { startGeneral, type TestGeneral } from '../../testing/general/start-general.ts';
import { insertDrop, insertEvent } from '../../testing/insert-drop.ts';
import { createFreeAddresses } from './free-addresses.ts';

let general: TestGeneral;
beforeAll(async () => {
  general = await startGeneral({ confirmsEmail: true });
});
afterAll(() => general.stop());

const password = 'correct horse battery';
const signUp = (email: string) =>
  request(general.app).post('/api/auth/signup').send({ email, password, name: 'Ida' });
const free = () => createFreeAddresses(general.deps, { pageSize: 3, firstPauseMs: 1 })();

async function unconfirmed(changes: object = {}, hours = 25) {
  const { userId, ...user } = await general.user();
  await general
    .db('users')
    .where({ id: userId })
    .update({ unconfirmed_since: new Date(Date.now() - hours * 3_600_000), ...changes });
  return { id: userId, ...user };
}
const isThere = async (id: number) => (await general.db('users').where({ id }).first('id')) !== undefined;

/** As if the user had added a passkey and an app, and were asked for one. Returns how to read the rows. */
async function withFactors(user_id: number) {
  const { db } = general;
  const at = new Date();
  const [key, id] = [Buffer.from('key'), 'a'.repeat(64)];
  const passkey = { user_id, credential_id: 'x', public_key: key, counter: 0, transports: '', name: 'Phone' };
  await db('passkeys').insert({ ...passkey, created_at: at });
  await db('second_factors').insert({ user_id, totp_secret: 'ABC' });
  await db('factor_challenges').insert({ id, user_id, purpose: 'sign-in', value: 'x', made_at: at });
  const tables = ['passkeys', 'second_factors', 'factor_challenges'];
  return () => Promise.all(tables.map((table) => db(table).where({ user_id })));
}

test('an address that is unconfirmed for a day is free again, and its sessions end on every tier', async () => {
  const email = 'squatted@example.org';
  const { body } = await signUp(email).expect(201);
  const { token, user } = body as { token: string; user: { id: number } };
  await free();
  expect(await isThere(user.id)).toBe(true);
  await general
    .db('users')
    .where({ id: user.id })
    .update({ unconfirmed_since: general.db.raw('now(3) - interval 25 hour') });
  const rows = await withFactors(user.id);
  await Promise.all([free(), free()]);
  expect(await isThere(user.id)).toBe(false);
  expect(await rows()).toEqual([[], [], []]);
  const [, claims = ''] = token.split('.');
  const { sid } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sid: string };
  // Read from MySQL, as all tiers do.
  await eventually(
    () =>
      general.deps.bannedUsers.refusal({ userId: user.id, issuedAt: 9e9, signInId: sid }) === 'not_signed_in',
  );
  const mine = await signUp(email).expect(201);
  expect((mine.body as { user: { id: number } }).user.id).not.toBe(user.id);
  general.assertQuiet();
});

test('whoever confirmed, is banned, has a role, an order or a payment keeps the account', async () => {
  const { id: dropId } = await insertDrop(general.db, await insertEvent(general.db));
  const buyer = await unconfirmed();
  await insertOrder(general.db, { dropId, userId: buyer.id, seats: ['0.1'] });
  const kept = [
    buyer,
    await unconfirmed({ unconfirmed_since: null }),
    await unconfirmed({ banned_at: new Date() }),
    await unconfirmed({ role: 'organizer' }),
    await unconfirmed({}, 23),
  ];
  await free();
  expect(await Promise.all(kept.map(({ id }) => isThere(id)))).toEqual(kept.map(() => true));
  general.assertQuiet();
});

test('accounts that cannot be removed do not keep others from being freed', async () => {
  const stuck = [];
  for (let count = 0; count < 7; count += 1) {
    const { id } = await unconfirmed();
    // As a table would that a later version adds.
    await general.db('sellers').insert({ organizer_id: id, name: 'X', address: 'Y' });
    stuck.push(id);
  }
  const { id } = await unconfirmed();
  await free();
  expect(await isThere(id)).toBe(false);
  expect(await Promise.all(stuck.map(isThere))).toEqual(stuck.map(() => true));
  expect(general.complaints().map(({ msg }) => msg)).toEqual(stuck.map(() => 'left for later'));
});

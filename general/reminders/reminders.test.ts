import request from 'supertest';
import type { Drop } from '../../shared/drops/drop.ts';
import { insertDrop, insertEvent } from '../../testing/insert-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../../testing/general/start-general.ts';
import { makeJobs } from '../mail/mail-jobs.ts';
import { compose } from '../../lambda/send-email/compose.ts';
import { calendarOf } from './download-opening.ts';
import { createReminding } from './remind.ts';

let general: TestGeneral;
let user: TestUser;
let drop: Drop;
beforeAll(async () => {
  general = await startGeneral();
});
afterAll(() => general.stop());
beforeEach(async () => {
  await general.db('reminders').delete();
  await general.db('outbox').delete();
  user = await general.user();
  drop = await newDrop(10);
});

const inMinutes = (minutes: number) => Math.floor(Date.now() / 1000) * 1000 + minutes * 60_000;
const newDrop = async (minutes: number) =>
  insertDrop(general.db, await insertEvent(general.db), {
    opensAt: inMinutes(minutes),
    closesAt: inMinutes(minutes + 60),
  });
const call = (method: 'get' | 'put' | 'delete', { id }: Pick<Drop, 'id'>, by = user) =>
  request(general.app)[method](`/api/drops/${id}/reminder`).set(by.bearer);
const remind = () => createReminding(general.deps)();
const rows = () => general.db('outbox').where({ topic: 'sale-opens' }).orderBy('id');
/** The news that is still true now. */
const made = async () => {
  const jobs = await makeJobs({ ...general.deps, timeZone: 'UTC' }, await rows());
  return jobs.flatMap((one) => ('job' in one && one.job ? [one.job] : []));
};
const moveTo = (opensAt: number) =>
  general
    .db('drops')
    .where({ id: drop.id })
    .update({ opens_at: new Date(opensAt) });

test('a reminder is set, shown and removed, as often as one likes; not for an opening that is past', async () => {
  await call('put', drop).expect(204);
  await call('put', drop).expect(204);
  expect((await call('get', drop)).body).toEqual({ set: true });
  await call('delete', drop).expect(204);
  await call('delete', drop).expect(204);
  expect((await call('get', drop)).body).toEqual({ set: false });
  await call('put', { id: 999_999 }).expect(404);
  await moveTo(Date.now() - 1000);
  expect((await call('put', drop).expect(409)).body).toMatchObject({ code: 'drop_already_open' });
  await general.db('drops').where({ id: drop.id }).update({ cancelled_at: new Date() });
  expect((await call('put', drop).expect(409)).body).toMatchObject({ code: 'drop_cancelled' });
});

test('one is reminded once, 15 minutes before, by mails that go after all others', async () => {
  const late = await newDrop(20);
  await call('put', drop).expect(204);
  await call('put', late).expect(204);
  await Promise.all([remind(), remind()]);
  await remind();
  expect(await rows()).toMatchObject([{ priority: 2, channel: 'email' }]);
  const [job] = await made();
  expect(job).toMatchObject({ about: 'sale-opens', to: { address: user.email } });
  const { subject, text } = compose(job!);
  expect(subject).toBe('The sale opens soon: A Night of Strings');
  expect(text).toContain(`/drops/${drop.id}`);
});

test('of an opening that is moved or cancelled nobody is told; of the new time everybody', async () => {
  await call('put', drop).expect(204);
  await remind();
  await moveTo(inMinutes(60));
  await remind();
  expect(await made()).toEqual([]);
  const again = inMinutes(12);
  await moveTo(again);
  await remind();
  expect(await rows()).toHaveLength(2);
  expect(await made()).toMatchObject([{ at: new Date(again).toISOString() }]);
  await general.db('drops').where({ id: drop.id }).update({ cancelled_at: new Date() });
  await remind();
  expect(await made()).toEqual([]);
});

test('killed in the middle, the rest is reminded later, and nobody twice; a portion reads no reminder that is done', async () => {
  const { db } = general;
  const others = Array.from({ length: 1_700 }, (_, at) => ({
    email: `reminded-${at}@seatdrop.test`,
    name: 'Reminded',
    password_hash: 'none',
  }));
  await db.batchInsert('users', others, 500);
  const ids: { id: number }[] = await db('users').where('name', 'Reminded').select('id');
  await db.batchInsert(
    'reminders',
    ids.map(({ id }) => ({ drop_id: drop.id, user_id: id })),
    500,
  );
  let portions = 0;
  const transaction: typeof db.transaction = ((...given: Parameters<typeof db.transaction>) => {
    portions += 1;
    if (portions === 3) throw new Error('killed');
    return db.transaction(...given);
  }) as typeof db.transaction;
  const dying = new Proxy(db, {
    get: (target, name) => (name === 'transaction' ? transaction : (target[name as 'raw'] as unknown)),
  });
  await createReminding({ db: dying, log: general.deps.log })();
  const before = (await rows()).length;
  expect([500, 1_000]).toContain(before);
  await remind();
  await remind();
  expect(await rows()).toHaveLength(1_700);
  expect(new Set((await rows()).map(({ unique_id }: { unique_id: string }) => unique_id)).size).toBe(1_700);
});

test('the opening is one entry of a calendar, whatever its title contains', async () => {
  const title = 'Night; of, Strings\\n';
  await general.db('events').where({ id: drop.eventId }).update({ title });
  const { headers, text } = await request(general.app).get(`/api/drops/${drop.id}/opening.ics`).expect(200);
  expect(headers['content-type']).toBe('text/calendar; charset=utf-8');
  expect(headers['content-disposition']).toContain(`sale-${drop.id}.ics`);
  expect(text).toContain('SUMMARY:Night\\; of\\, Strings\\\\n\r\n');
  const start = new Date(drop.opensAt).toISOString().replaceAll(/[-:]|\.000/g, '');
  expect(text).toContain(`DTSTART:${start}\r\n`);
  const evil = calendarOf(
    {
      id: 1,
      opens_at: new Date(0),
      updated_at: new Date(0),
      cancelled_at: null,
      terms_version: 2,
      title: `A\r\nBEGIN:VALARM\u2028ATTACH:file:///etc ${'字'.repeat(80)}`,
      venue: 'B\nURL:https://evil.test',
    },
    new URL('https://seatdrop.test'),
  );
  const lines = evil.split('\r\n');
  expect(lines.filter((line) => /^(BEGIN:VALARM|ATTACH|URL)/.test(line))).toEqual([
    expect.stringMatching(/^(BEGIN:VALARM|URL)/),
    expect.stringMatching(/^(BEGIN:VALARM|URL)/),
  ]);
  expect(lines.every((line) => Buffer.byteLength(line) <= 75 && !line.includes('\n'))).toBe(true);
  await general.db('drops').where({ id: drop.id }).update({ cancelled_at: new Date() });
  await request(general.app).get(`/api/drops/${drop.id}/opening.ics`).expect(409);
  await request(general.app).get('/api/drops/999999/opening.ics').expect(404);
});

/** Whatever organizers and admins change is in the audit log, with who did it; what is in the log happened. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import request from 'supertest';
import { acts, type Act } from '../../shared/contract/audit.ts';
import type { Database } from '../../shared/mysql/connect.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { insertOrder } from '../../testing/general/insert-order.ts';
import { createDrop, createEvent, dropBody, inSeconds } from '../../testing/general/new-drop.ts';
import type { TestUser } from '../../testing/general/start-general.ts';
import { contentsOf, tablesOfUsers } from '../../testing/table-contents.ts';
import { createRoutes } from '../routes.ts';
import { actsQuery } from './list-acts.ts';

let system: GeneralSystem;
let admin: TestUser;
beforeAll(async () => {
  system = await startGeneralSystem({ provider: 'stripe', connect: { isRequired: false } });
  admin = await system.user('admin');
}, 120_000);
afterAll(() => system.stop());

type AuditRecord = {
  id: number;
  at: string;
  actor: { id: number; name?: string; email?: string; role: string };
  act: string;
  subject: { kind: string; id: string; name?: string };
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  address: string;
  requestId: string;
};
type Page = { items: AuditRecord[]; next: string | null };

const ask = (query: Record<string, string>, by = admin) =>
  request(system.app).get('/api/audit').query(query).set(by.bearer);
async function list(query: Record<string, string>): Promise<AuditRecord[]> {
  return ((await ask(query).expect(200)).body as Page).items;
}

const from = { address: '2001:db8:1:2:3:4:5:6', network: '2001:db8:1:2::/64' };
function call(method: 'post' | 'patch' | 'put', path: string, by: TestUser): request.Test {
  const to = request(system.app);
  return to[method](path)
    .set(by.bearer)
    .set('X-Forwarded-For', from.address)
    .set('X-Request-Id', 'request-of-the-test');
}

/** An act that is prepared: `send` does it, and the record has these facts. */
type Prepared = {
  by: TestUser;
  send: () => request.Test;
  subject: string;
  before: unknown;
  after: unknown;
};

const text = expect.any(String) as string;

async function onUser(way: (userId: number) => Omit<Prepared, 'by' | 'subject'>): Promise<Prepared> {
  const { userId } = await system.user();
  return { by: admin, subject: `user:${userId}`, ...way(userId) };
}

/** An act on the request of a shopper to become an organizer, after which they have this role. */
async function onRequest(
  way: 'accept' | 'decline',
  body: { reason: string },
  role: string,
): Promise<Prepared> {
  const { userId } = await system.user();
  const [id] = await system.db('organizer_requests').insert({ user_id: userId, text: 'Please let me sell' });
  const hasNewRole = role === 'organizer';
  return {
    by: admin,
    send: () => call('post', `/api/organizer-requests/${id}/${way}`, admin).send(body),
    subject: `user:${userId}`,
    before: { ...(hasNewRole && { role: 'shopper' }), request: 'open' },
    after: { ...(hasNewRole && { role }), request: `${way.replace(/e$/, '')}ed`, ...body },
  };
}

async function banned(userId: number, reason: string): Promise<void> {
  await call('post', `/api/users/${userId}/ban`, admin).send({ reason }).expect(200);
}

async function onDrop(way: (id: number) => Omit<Prepared, 'by' | 'subject'>): Promise<Prepared> {
  const by = await system.user('organizer');
  const { id } = await createDrop(system, by);
  return { by, subject: `drop:${id}`, ...way(id) };
}

/** Every act, as its route is called. An act without an entry here does not compile. */
const prepare: Record<Act, () => Promise<Prepared>> = {
  user_banned: () =>
    onUser((id) => ({
      send: () => call('post', `/api/users/${id}/ban`, admin).send({ reason: 'Sells tickets on' }),
      before: { bannedAt: null, reason: null },
      after: { bannedAt: text, reason: 'Sells tickets on' },
    })),
  async user_unbanned() {
    const prepared = await onUser((id) => ({
      send: () => call('post', `/api/users/${id}/unban`, admin),
      before: { bannedAt: text, reason: 'A mistake' },
      after: { bannedAt: null, reason: null },
    }));
    await banned(Number(prepared.subject.slice(5)), 'A mistake');
    return prepared;
  },
  async second_factors_removed() {
    const prepared = await onUser((id) => ({
      send: () =>
        call('post', `/api/users/${id}/remove-second-factors`, admin).send({ reason: 'Lost the phone' }),
      before: { app: true },
      after: { app: false, reason: 'Lost the phone' },
    }));
    const user_id = Number(prepared.subject.slice(5));
    await system.db('second_factors').insert({ user_id, totp_secret: 'A'.repeat(32) });
    return prepared;
  },
  role_changed: () =>
    onUser((id) => ({
      send: () => call('patch', `/api/users/${id}/role`, admin).send({ role: 'organizer' }),
      before: { role: 'shopper' },
      after: { role: 'organizer' },
    })),
  organizer_accepted: () => onRequest('accept', { reason: 'Welcome' }, 'organizer'),
  organizer_declined: () => onRequest('decline', { reason: 'Not yet' }, 'shopper'),
  async event_created() {
    const by = await system.user('organizer');
    const event = { title: 'T', description: '', venue: 'V', startsAt: '2100-01-01T00:00:00.000Z' };
    return {
      by,
      send: () => call('post', '/api/events', by).send(event),
      subject: 'event:new',
      before: null,
      after: { ...event, timeZone: 'UTC' },
    };
  },
  async event_changed() {
    const by = await system.user('organizer');
    const id = await createEvent(system, by);
    return {
      by,
      // The venue is sent as it was.
      send: () => call('patch', `/api/events/${id}`, by).send({ title: 'Later', venue: 'Old Mill' }),
      subject: `event:${id}`,
      before: { title: 'A Night of Strings' },
      after: { title: 'Later' },
    };
  },
  async event_cancelled() {
    const by = await system.user('organizer');
    const id = await createEvent(system, by);
    return {
      by,
      send: () => call('post', `/api/events/${id}/cancel`, by).send({ text: 'Sorry' }),
      subject: `event:${id}`,
      before: { cancelled: false },
      after: { cancelled: true, drops: [], holders: 0, text: 'Sorry' },
    };
  },
  async holders_written_to() {
    const prepared = await onDrop(() => ({ send: noCall, before: null, after: null }));
    const dropId = idOf(prepared);
    await insertOrder(system.db, { dropId, userId: (await system.user()).userId, seats: ['0.1'] });
    const { event_id: eventId } = (await system.db('drops').where({ id: dropId }).first()) as {
      event_id: number;
    };
    return {
      ...prepared,
      send: () =>
        call('post', `/api/events/${eventId}/mailings`, prepared.by).send({ dropId, text: 'Doors at 7' }),
      after: { mailing: expect.any(Number) as number, holders: 1, text: 'Doors at 7' },
    };
  },
  async order_mail_sent_again() {
    const by = await system.user('organizer');
    const { id: dropId } = await createDrop(system, by);
    const { userId } = await system.user();
    const id = await insertOrder(system.db, { dropId, userId, seats: ['0.1'] });
    return {
      by,
      send: () => call('post', `/api/orders/${id}/send-mail`, by),
      subject: `order:${id}`,
      before: null,
      after: { number: 1 },
    };
  },
  async drop_created() {
    const by = await system.user('organizer');
    const id = await createEvent(system, by);
    return {
      by,
      send: () => call('post', `/api/events/${id}/drops`, by).send(dropBody()),
      subject: 'drop:new',
      before: null,
      after: expect.objectContaining({
        eventId: id,
        price: { amount: 4500, currency: 'EUR' },
        questions: [
          { text: 'Which instrument has 88 keys?', choices: ['Violin', 'Piano', 'Flute'] },
          { text: 'How many strings has a cello?' },
        ],
      }),
    };
  },
  drop_changed: () =>
    onDrop((id) => ({
      send: () =>
        call('patch', `/api/drops/${id}`, admin).send({
          holdSeconds: 120,
          maxPerBuyer: 4,
          price: { amount: 4500, currency: 'EUR' },
        }),
      by: admin,
      before: { holdSeconds: 300 },
      after: { holdSeconds: 120 },
    })),
  async drop_paused() {
    const prepared = await onDrop(() => ({
      send: noCall,
      before: { paused: false },
      after: { paused: true },
    }));
    return { ...prepared, send: () => call('post', `/api/drops/${idOf(prepared)}/pause`, prepared.by) };
  },
  async drop_resumed() {
    const prepared = await onDrop(() => ({
      send: noCall,
      before: { paused: true },
      after: { paused: false },
    }));
    await call('post', `/api/drops/${idOf(prepared)}/pause`, prepared.by).expect(200);
    return { ...prepared, send: () => call('post', `/api/drops/${idOf(prepared)}/resume`, prepared.by) };
  },
  async drop_cancelled() {
    const prepared = await onDrop(() => ({
      send: noCall,
      before: { cancelled: false },
      after: { cancelled: true, refundedOrders: 1 },
    }));
    const { userId } = await system.user();
    await insertOrder(system.db, { dropId: idOf(prepared), userId, seats: ['0.1'] });
    return { ...prepared, send: () => call('post', `/api/drops/${idOf(prepared)}/cancel`, prepared.by) };
  },
  announced: () =>
    onDrop((id) => ({
      send: () => call('post', `/api/drops/${id}/announcements`, admin).send({ text: 'Doors at 7' }),
      by: admin,
      before: null,
      after: { number: 1, text: 'Doors at 7' },
    })),
  async refund_requested() {
    const { userId } = await system.user();
    const by = await system.user('organizer');
    const { id: dropId } = await createDrop(system, by);
    const id = await insertOrder(system.db, { dropId, userId, seats: ['0.1', '0.2'] });
    return {
      by,
      send: () => call('post', `/api/orders/${id}/refund`, by).send({ seats: ['0.2'] }),
      subject: `order:${id}`,
      before: null,
      after: { refund: 1, seats: ['0.2'], amount: { amount: 4500, currency: 'EUR' }, force: false },
    };
  },
  async seller_changed() {
    const by = await system.user('organizer');
    const seller = { name: 'Old Mill Ltd', address: '1 Mill Lane' };
    await call('put', '/api/seller', by).send(seller).expect(200);
    return {
      by,
      send: () => call('put', '/api/seller', by).send({ ...seller, taxNumber: 'GB 1' }),
      subject: `user:${by.userId}`,
      before: {},
      after: { taxNumber: 'GB 1' },
    };
  },
  async payout_account_opened() {
    const by = await system.user('organizer');
    return {
      by,
      send: () => call('post', '/api/payout-account', by),
      subject: `user:${by.userId}`,
      before: null,
      after: { provider: 'stripe', number: 1 },
    };
  },
  parked_resent: () =>
    Promise.resolve({
      by: admin,
      send: () => call('post', '/api/parked/resend', admin).send({ limit: 3 }),
      subject: 'queue:parked',
      before: null,
      after: { limit: 3 },
    }),
};

const noCall = (): request.Test => {
  throw new Error('the call is added below');
};
const idOf = ({ subject }: Pick<Prepared, 'subject'>) => Number(subject.split(':')[1]);

/** Statements while `work` runs, each with the transaction that it belongs to. */
async function statements(work: () => Promise<unknown>) {
  const seen: { sql: string; transaction: unknown }[] = [];
  const note = ({ sql, ...query }: { sql: string } & Record<string, unknown>) =>
    void seen.push({ sql, transaction: query['__knexTxId'] });
  system.db.on('query', note);
  try {
    await work();
  } finally {
    system.db.removeListener('query', note);
  }
  return seen;
}

describe('every act', () => {
  test.each(acts)(
    '%s is recorded once, with who did it, to what, before and after, and from where',
    async (act) => {
      const { by, send, subject, before, after } = await prepare[act]();
      const [last = 0] = (await list({ limit: '1' })).map(({ id }) => id);
      const { body, status } = await send();
      expect([200, 201]).toContain(status);
      const made = (await list({ limit: '5' })).filter(({ id }) => id > last);
      const id = subject.endsWith(':new') ? String((body as { id: number }).id) : subject.split(':')[1];
      expect(made).toEqual([
        {
          id: expect.any(Number) as number,
          at: text,
          actor: { id: by.userId, name: by.role, email: by.email, role: by.role },
          act,
          subject: expect.objectContaining({ kind: subject.split(':')[0], id }) as object,
          before,
          after,
          address: from.network,
          requestId: 'request-of-the-test',
        },
      ]);
      expect(JSON.stringify(made)).not.toMatch(/Four|Piano"}|password|hash/);
    },
  );

  test.each(acts.filter((act) => act !== 'parked_resent'))(
    '%s and its record are written in one transaction',
    async (act) => {
      const { send } = await prepare[act]();
      const seen = await statements(send);
      const record = seen.find(({ sql }) => sql.startsWith('insert into `audit_log`'));
      expect(record?.transaction).toBeDefined();
      const together = seen.filter(({ transaction }) => transaction === record?.transaction);
      expect(together.filter(({ sql }) => /^(insert|update)/.test(sql)).length).toBeGreaterThan(1);
    },
  );

  test('without the log nothing can be done', async () => {
    const prepared = await Promise.all(acts.map((act) => prepare[act]()));
    const before = await everything();
    const accounts = system.stripe!.accounts.size;
    await system.db.raw('rename table audit_log to audit_log_away');
    try {
      for (const { send } of prepared) await send().expect(500);
    } finally {
      await system.db.raw('rename table audit_log_away to audit_log');
    }
    expect(await everything()).toEqual(before);
    expect(system.stripe!.accounts.size).toBe(accounts);
  });
});

const everything = () => contentsOf(system.db, tablesOfUsers);

test('every route on which a user changes something says which act it records, or why none', () => {
  const routes = createRoutes(system.deps);
  const changing = routes.filter(({ method, who }) => method !== 'GET' && who !== 'anyone');
  expect(changing.length).toBeGreaterThan(15);
  const silent = changing.filter(({ records }) => records === undefined);
  expect(silent.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  const declared = routes.flatMap(({ records }) => (typeof records === 'string' ? [records] : []));
  expect(declared.toSorted()).toEqual(acts.toSorted());
});

test('the log is append-only: one file writes it, and none changes or deletes a row', () => {
  const root = resolve(import.meta.dirname, '../..');
  const found = execFileSync(
    'git',
    ['grep', '--untracked', '-lw', 'audit_log', '--', '*.ts', '*.tsx', '*.mjs'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const files = found
    .trim()
    .split('\n')
    .filter((file) => !file.endsWith('.test.ts'));
  expect(files).toEqual([
    'general/audit/list-acts.ts',
    'general/audit/record-act.ts',
    'general/own-data/export-data.ts',
    'general/own-data/personal-data.ts',
    'shared/migrations/056-audit-log.ts',
  ]);
  for (const file of files.slice(0, -1))
    expect(readFileSync(resolve(root, file), 'utf8')).not.toMatch(/\.(update|delete|del|truncate|merge)\(/);
});

test('neither what changes nothing is recorded, nor what buyers do themselves', async () => {
  const { userId, bearer } = await system.user();
  const by = await system.user('organizer');
  const returns = { until: inSeconds(9_000), keepPercent: 0 };
  const { id: dropId } = await createDrop(system, by, { returns });
  const orderId = await insertOrder(system.db, { dropId, userId, seats: ['0.1'] });
  await request(system.app).post(`/api/orders/${orderId}/refund`).set(bearer).expect(200);
  const twice = async (send: () => request.Test) => {
    for (const { status } of [await send(), await send()]) expect([200, 201]).toContain(status);
  };
  const nonce = 'one-of-the-test-0000';
  await twice(() => call('patch', `/api/users/${userId}/role`, admin).send({ role: 'shopper' }));
  await twice(() => call('post', `/api/users/${userId}/unban`, admin));
  await twice(() => call('post', `/api/drops/${dropId}/announcements`, by).send({ text: 'Hello', nonce }));
  await twice(() => call('patch', `/api/drops/${dropId}`, by).send({ holdSeconds: 300 }));
  for (const act of ['pause', 'resume', 'cancel'])
    await twice(() => call('post', `/api/drops/${dropId}/${act}`, by));
  expect(await list({ subject: `user:${userId}` })).toEqual([]);
  expect(await list({ subject: `order:${orderId}` })).toEqual([]);
  expect((await list({ subject: `drop:${dropId}` })).map(({ act }) => act)).toEqual([
    'drop_cancelled',
    'drop_resumed',
    'drop_paused',
    'announced',
    'drop_created',
  ]);
});

test('changed answers are said, but not what they are', async () => {
  const by = await system.user('organizer');
  const { id } = await createDrop(system, by);
  const questions = dropBody().questions.map((each) => ({
    ...each,
    answer: 'Flute',
    choices: ['Flute', 'Horn'],
  }));
  const same = questions.map((each) => ({ ...each, answer: 'Horn' }));
  await call('patch', `/api/drops/${id}`, by).send({ questions }).expect(200);
  await call('patch', `/api/drops/${id}`, by).send({ questions: same }).expect(200);
  const [latest] = await list({ subject: `drop:${id}` });
  expect(latest).toMatchObject({ act: 'drop_changed', before: {}, after: { hasOtherAnswers: true } });
  expect(Object.keys(latest!.after!)).toEqual(['hasOtherAnswers']);
});

describe('the list', () => {
  test('is for admins only', async () => {
    for (const role of ['shopper', 'organizer'] as const)
      expect((await ask({}, await system.user(role))).body).toMatchObject({ code: 'not_allowed' });
    await request(system.app).get('/api/audit').expect(401);
  });

  test('is filtered by actor, address, act, subject and time, in any combination', async () => {
    const other = await system.user('admin');
    const { userId } = await system.user();
    const change = (by: TestUser, role: string) =>
      call('patch', `/api/users/${userId}/role`, by).send({ role }).expect(200);
    await change(admin, 'organizer');
    await change(other, 'admin');
    await call('post', `/api/users/${userId}/ban`, other).send({ reason: 'Asked for it' }).expect(200);
    const subject = `user:${userId}`;
    const all = await list({ subject });
    expect(all.map(({ act }) => act)).toEqual(['user_banned', 'role_changed', 'role_changed']);
    expect(await list({ subject, actor: String(other.userId) })).toEqual(all.slice(0, 2));
    expect(await list({ email: other.email, act: 'role_changed' })).toEqual([all[1]]);
    expect(await list({ email: other.email, actor: String(admin.userId) })).toEqual([]);
    expect(await list({ email: 'nobody@seatdrop.test' })).toEqual([]);
    expect(await list({ subject, from: all[0]!.at })).toEqual(all.filter(({ at }) => at >= all[0]!.at));
    expect(await list({ subject, until: all[2]!.at })).toEqual([]);
  });

  test('names what a record is about as it is called now, and stays when that is gone', async () => {
    const by = await system.user('organizer');
    const { id, eventId } = await createDrop(system, by);
    expect(await list({ subject: `drop:${id}` })).toMatchObject([
      { subject: { name: 'A Night of Strings' } },
    ]);
    expect(await list({ subject: `event:${eventId}` })).toMatchObject([
      { subject: { name: 'A Night of Strings' } },
    ]);
    await system.db('audit_log').insert({ ...rowAt(0), actor_id: 4_000_000_000, subject_id: '4000000000' });
    expect(await list({ actor: '4000000000' })).toMatchObject([
      { actor: { id: 4_000_000_000, role: 'admin' }, subject: { kind: 'user', id: '4000000000' } },
    ]);
  });

  test.each([
    'act=nothing',
    'subject=drop',
    'subject=card:1',
    'subject=drop:1%27',
    'actor=x',
    'email=x',
    'from=today',
    'after=x',
    'limit=0',
    'q=1',
  ])('a query %s is refused', async (query) => {
    const { status } = await request(system.app).get(`/api/audit?${query}`).set(admin.bearer);
    expect(status).toBe(422);
  });
});

const rowAt = (index: number) => ({
  // Three at the same time, which a page may cut apart.
  acted_at: new Date(1_700_000_000_000 + Math.floor(index / 3) * 1000),
  actor_id: 1_000_000 + (index % 50),
  actor_role: 'admin',
  act: acts[index % acts.length]!,
  subject_kind: 'user',
  subject_id: String(2_000_000 + (index % 100)),
  was: null,
  became: '{}',
  address: '192.0.2.1',
  request_id: 'request-1',
});

describe('with many records', () => {
  beforeAll(async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => rowAt(index));
    await system.db.batchInsert('audit_log', rows, 1_000);
    await system.db.raw('analyze table audit_log');
  });

  test('pages lead through all, the newest first, each record once', async () => {
    const seen: AuditRecord[] = [];
    let after: string | null = null;
    do {
      const more: Record<string, string> = after === null ? {} : { after };
      const { body } = await ask({ actor: '1000007', limit: '7', ...more }).expect(200);
      seen.push(...(body as Page).items);
      after = (body as Page).next;
    } while (after !== null);
    expect(seen).toHaveLength(100);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(100);
    expect(seen.map(({ at }) => at)).toEqual(
      seen
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
  });

  const [actors, act, subject] = [[1_000_007], 'user_banned' as const, 'user:2000007'];
  const times = { from: '2023-11-14T22:20:00Z', until: '2023-11-14T22:30:00Z' };
  test.each([
    {},
    { actors },
    { act },
    { subject },
    times,
    { actors, ...times },
    { act, ...times },
    { subject, ...times },
    { actors, act, subject, ...times },
  ])('%j is read by an index, in its order', async (filter) => {
    const cursor = { time: new Date(1_700_000_900_000), key: '5' };
    for (const query of [actsQuery(system.db, filter, 21), actsQuery(system.db, filter, 21, cursor)])
      expect(await explained(system.db, query)).toMatchObject([
        {
          key: expect.stringMatching(/^audit_log_/) as string,
          Extra: expect.not.stringContaining('filesort') as string,
        },
      ]);
  });
});

async function explained(db: Database, query: ReturnType<typeof actsQuery>) {
  const { sql, bindings } = query.toSQL().toNative();
  const [rows] = (await db.raw(`explain ${sql}`, bindings as string[])) as [{ key: string; Extra: string }[]];
  return rows;
}

import { randomBytes } from 'node:crypto';
import type { Registry } from 'prom-client';
import request from 'supertest';
import { newBatchId } from '../shared/inventory/entry-id.ts';
import { archivePartition } from '../shared/ledger/archive-partition.ts';
import { createMetrics } from '../shared/tier/metrics.ts';
import { readReplica, type ReplicaReader } from '../shared/mysql/reader.ts';
import { Ops } from '../shared/tier/ops.ts';
import { connectRedis } from '../shared/redis/connect.ts';
import { captureLog, type LogLine } from '../testing/captured-log.ts';
import { eventually } from '../testing/eventually.ts';
import { startOwnMysql, type OwnMysql } from '../testing/own-mysql.ts';
import { testServers } from '../testing/servers.ts';
import { currentRole } from './accounts/user.ts';
import { insertOrder } from '../testing/general/insert-order.ts';
import { createApp } from './app.ts';
import { createRoutes } from './routes.ts';
import { createDrop, createEvent, inSeconds } from '../testing/general/new-drop.ts';
import { startGeneral, type TestGeneral, type TestUser } from '../testing/general/start-general.ts';

/** One of several processes of general that read from the replica. */
type Process = TestGeneral & { reader: ReplicaReader; lines: LogLine[]; registry: Registry };

let mysql: OwnMysql;
let general: TestGeneral;
let redis: ReturnType<typeof connectRedis>;
/** Two processes that read from a replica however far it is behind, and one that allows only a small lag. */
let patient: Process;
let another: Process;
let strict: Process;
const processes: Process[] = [];
const namespace = `test-${randomBytes(4).toString('hex')}-`;

beforeAll(async () => {
  mysql = await startOwnMysql();
  general = await startGeneral({ mysqlAdminUrl: mysql.mysqlAdminUrl });
  redis = connectRedis(testServers().redisNodes, captureLog().log);
  await mysql.inStep();
  [patient, another, strict] = [startProcess(3_600), startProcess(3_600), startProcess(3)];
}, 60_000);
afterAll(async () => {
  for (const server of [mysql.primary, mysql.replica]) server.kill('SIGCONT'); // in case a test failed before it did
  for (const { reader } of processes) await reader.stop();
  redis.disconnect();
  await general.stop();
  await mysql.stop();
});
beforeEach(() => eventually(() => processes.every(({ reader }) => reader.keepsUp() && reader.isCompared())));

function startProcess(maxLagSeconds: number, itsRedis = redis): Process {
  const { log, lines } = captureLog();
  const registry = createMetrics('general');
  const reader = readReplica({
    primary: general.db,
    replicaUrl: mysql.onReplica(general.mysqlUrl),
    maxLagSeconds,
    redis: itsRedis,
    namespace,
    log,
    registry,
  });
  const deps = { ...general.deps, reader, log };
  const ops = new Ops(registry);
  ops.addOptional('mysql replica', reader.keepsUp);
  const app = createApp({
    ...deps,
    routes: createRoutes(deps),
    ops,
    registry,
    currentRole: (userId) => currentRole(general.db, userId),
  });
  const process = { ...general, app, reader, lines, registry };
  processes.push(process);
  return process;
}

/** Inserts an event without a request, so that `user` does not count as having written. */
async function announce(user: TestUser): Promise<number> {
  const [id = 0] = await general.db('events').insert({
    organizer_id: user.userId,
    title: 'Unheard of',
    description: '',
    venue: 'Hall',
    starts_at: new Date(inSeconds(3_600)),
  });
  return id;
}

async function listed({ app }: Process, path: string, user?: TestUser): Promise<unknown[]> {
  const { body } = await request(app)
    .get(path)
    .set(user?.bearer ?? {})
    .expect(200);
  return (body as { items: { id: unknown }[] }).items.map(({ id }) => id);
}

async function readsFrom({ registry }: Process): Promise<Record<string, number>> {
  const { values } = await registry.getSingleMetric('seatdrop_mysql_replica_reads_total')!.get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['why']), value]));
}

test('lists, reports and exports come from the replica, and what decides from the primary', async () => {
  const [organizer, admin] = [await general.user('organizer'), await general.user('admin')];
  const drop = await createDrop(general, organizer);
  let order = '';
  await mysql.inStep();
  await mysql.pause();
  try {
    const event = await announce(organizer);
    const newcomer = await general.user();
    await general.db('drops').where({ id: drop.id }).update({ price_amount: 1 });
    order = await insertOrder(general.db, { dropId: drop.id, userId: newcomer.userId, seats: ['0.1'] });

    expect(await listed(patient, '/api/events?mine=true', organizer)).not.toContain(event);
    expect(await listed(patient, `/api/events?organizerId=${organizer.userId}`)).not.toContain(event);
    expect(await listed(patient, '/api/users', admin)).not.toContain(newcomer.userId);
    expect(await listed(patient, `/api/drops/${drop.id}/orders`, organizer)).toEqual([]);
    const [{ price }] = (await request(patient.app).get('/api/drops').set(admin.bearer)).body.items;
    expect(price.amount).toBe(4500);
    const report = await request(patient.app).get(`/api/drops/${drop.id}/report`).set(organizer.bearer);
    expect(report.body).toMatchObject({ orders: 0 });
    const csv = await request(patient.app).get(`/api/drops/${drop.id}/report.csv`).set(organizer.bearer);
    expect(csv.text).not.toContain(order);

    // Read from the primary: others (webhook, reconciler) also write a buyer's orders, and buyers decide by a drop.
    expect(await listed(patient, '/api/orders', newcomer)).toEqual([order]);
    const shown = await request(patient.app).get(`/api/drops/${drop.id}`);
    expect(shown.body).toMatchObject({ price: { amount: 1 } });
  } finally {
    await mysql.resume();
  }
  await mysql.inStep();
  expect(await listed(patient, `/api/drops/${drop.id}/orders`, organizer)).toEqual([order]);
});

test('a ledger is whole, though part of it is neither in Redis any more nor on the replica yet', async () => {
  const organizer = await general.user('organizer');
  const { id } = await createDrop(general, organizer);
  const place = { dropId: id, partition: 0 };
  const { log } = captureLog();
  const record = async (buyer: number) => {
    await general.inventory.claim(place, { id: newBatchId(), packed: `${buyer}:1` }, { mayBorrow: false });
    await archivePartition({ ...general, log }, place);
  };
  await record(101);
  await mysql.inStep();
  await mysql.pause();
  try {
    await record(102);
    await record(103);
    // Redis keeps the last archived record.
    expect(await general.inventory.ledgerEntries(place, '-', 10)).toHaveLength(1);
    expect(await mysql.count(general.mysqlUrl, 'ledger')).toEqual({ primary: 4, replica: 2 });
    const { body } = await request(patient.app).get(`/api/drops/${id}/ledger`).set(organizer.bearer);
    const items = (body as { items: { seq: number; kind: string }[] }).items;
    expect(items.map(({ seq, kind }) => `${seq} ${kind}`)).toEqual([
      '1 stock',
      '2 claim',
      '3 claim',
      '4 claim',
    ]);
    const report = await request(patient.app).get(`/api/drops/${id}/report`).set(organizer.bearer);
    expect(report.body).toMatchObject({ conversion: { entries: 3 } });
  } finally {
    await mysql.resume();
  }
});

test('what a user just wrote is in their lists at once, on every process, and in those of others once it is there', async () => {
  const [organizer, other] = [await general.user('organizer'), await general.user('admin')];
  await mysql.inStep();
  await mysql.pause();
  try {
    const id = await createEvent(patient, organizer);
    for (const process of [patient, another]) {
      expect(await listed(process, '/api/events?mine=true', organizer)).toEqual([id]);
      expect(await listed(process, `/api/events?organizerId=${organizer.userId}`, other)).toEqual([]);
      expect(await listed(process, `/api/events?organizerId=${organizer.userId}`)).toEqual([]);
    }
    expect(await readsFrom(another)).toMatchObject({
      may_have_written: 1,
      replica_away: 0,
      replica_failed: 0,
    });
  } finally {
    await mysql.resume();
  }
});

test('a write whose answer never came counts, too', async () => {
  const organizer = await general.user('organizer');
  await mysql.inStep();
  await mysql.pause();
  try {
    let committed = () => {};
    const commit = new Promise<void>((resolve) => (committed = resolve));
    // As if the process hung or died between the commit and the answer.
    void patient.reader.writing(organizer, async () => {
      await announce(organizer);
      committed();
      await new Promise(() => {});
    });
    await commit;
    expect(await listed(another, '/api/events?mine=true', organizer)).toHaveLength(1);
  } finally {
    await mysql.resume();
  }
});

test('while Redis does not say who just wrote, writes go on, and lists of who is signed in come from the primary', async () => {
  const organizer = await general.user('organizer');
  const nowhere = connectRedis(['127.0.0.1:1'], captureLog().log);
  const without = startProcess(3_600, nowhere);
  await eventually(() => without.reader.keepsUp());
  await mysql.inStep();
  await mysql.pause();
  try {
    const id = await createEvent(without, organizer);
    expect(await listed(without, `/api/events?organizerId=${organizer.userId}`, organizer)).toEqual([id]);
    expect(await listed(without, `/api/events?organizerId=${organizer.userId}`)).toEqual([]);
  } finally {
    await mysql.resume();
    nowhere.disconnect();
  }
});

test('while the primary stands still, visitors see lists all the same', async () => {
  const organizer = await general.user('organizer');
  const event = await announce(organizer);
  await mysql.inStep();
  const since = strict.lines.length;
  mysql.primary.kill('SIGSTOP');
  try {
    await eventually(() => strict.lines.slice(since).some((line) => line['duty'] === 'replication beat'));
    expect(await listed(strict, `/api/events?organizerId=${organizer.userId}`)).toEqual([event]);
  } finally {
    mysql.primary.kill('SIGCONT');
  }
});

test('a replica that falls behind is noticed and stepped around until it has caught up', async () => {
  const organizer = await general.user('organizer');
  await mysql.inStep();
  await mysql.pause();
  try {
    const event = await announce(organizer);
    const metrics = () => strict.registry.metrics();
    const lag = async () =>
      Number(/^seatdrop_mysql_replica_lag_seconds\{.*\} (.*)$/m.exec(await metrics())?.[1]);
    // Certainly too far behind: some seconds of the lag may only be the age of the last measurement.
    await eventually(async () => (await lag()) > 12, 60_000);
    expect(strict.reader.keepsUp()).toBe(false);
    expect(await listed(strict, '/api/events?mine=true', organizer)).toEqual([event]);
    expect(await listed(patient, `/api/events?organizerId=${organizer.userId}`)).toEqual([]);
    expect(await metrics()).toMatch(/^seatdrop_mysql_replica_in_use\{.*\} 0$/m);
  } finally {
    await mysql.resume();
  }
  await eventually(() => strict.reader.keepsUp());
  const { keeps_up: before = 0 } = await readsFrom(strict);
  await listed(strict, '/api/events');
  expect(await readsFrom(strict)).toMatchObject({ keeps_up: before + 1 });
});

test('a replica that is gone costs no request, is told of once, does not make the tier unready, and is used again', async () => {
  const organizer = await general.user('organizer');
  const event = await announce(organizer);
  const since = strict.lines.length;
  mysql.replica.kill('SIGKILL');
  const asks = async () => {
    do {
      expect(await listed(strict, '/api/events?mine=true', organizer)).toEqual([event]);
    } while (strict.reader.keepsUp());
  };
  await Promise.all([asks(), asks(), asks()]);
  await asks();

  const ready = await request(strict.app).get('/readyz').expect(200);
  expect(ready.body).toEqual({ ready: true, checks: { 'mysql replica': 'away' } });
  const { keeps_up: before = 0 } = await readsFrom(strict);
  await mysql.replica.restart();
  await eventually(() => strict.reader.keepsUp());
  await listed(strict, '/api/events');
  expect(await readsFrom(strict)).toMatchObject({ keeps_up: before + 1 });
  expect((await request(strict.app).get('/readyz')).body).toMatchObject({
    checks: { 'mysql replica': 'ok' },
  });
  const complaints = strict.lines.slice(since).filter(({ level }) => level >= 40);
  expect(complaints.map(({ msg }) => msg)).toEqual([expect.stringContaining('read from the primary')]);
});

test('a replica that stands still without a word is given up, and the primary answers', async () => {
  const organizer = await general.user('organizer');
  const event = await announce(organizer);
  mysql.replica.kill('SIGSTOP');
  try {
    expect(await listed(patient, '/api/events?mine=true', organizer)).toEqual([event]);
    await eventually(() => !patient.reader.keepsUp());
    expect(await listed(patient, '/api/events?mine=true', organizer)).toEqual([event]);
  } finally {
    mysql.replica.kill('SIGCONT');
  }
});

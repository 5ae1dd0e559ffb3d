import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { testServers } from '../../testing/servers.ts';
import { archivePartition } from './archive-partition.ts';
import { readArchive, readCursor } from './archive.ts';
import { readLedger, type Line } from './read-ledger.ts';
import { startLedgerSystem, type LedgerSystem } from '../../testing/ledger/ledger-system.ts';
import type { RelayArguments } from '../../testing/ledger/relay.ts';

let system: LedgerSystem;
beforeAll(async () => {
  system = await startLedgerSystem();
});
afterAll(() => system.close());

const log = pino({ level: 'silent' });
type Place = { dropId: number; partition: number };

const everything = async (place: Place): Promise<Line[]> => {
  const lines: Line[] = [];
  for await (const page of readLedger(system, place)) lines.push(...page.lines);
  return lines;
};
const told = (lines: readonly Line[]) =>
  lines.map(({ seq, streamId, fields }) => ({ seq, streamId, fields }));
/** Adds `count` records, with one script call each. */
const record = async (place: Place, from: number, count: number) => {
  for (let buyer = from; buyer < from + count; buyer += 1) await system.claim(place, `${buyer}:1`);
};

test('killed again and again while records come in, the archive has each once, in order', async () => {
  const { drop, place } = await system.open();
  const relay: RelayArguments = {
    url: system.url,
    nodes: testServers().redisNodes,
    namespace: system.namespace,
    dropId: drop.id,
    limit: 2,
  };
  const script = join(import.meta.dirname, '../../testing/ledger/relay.ts');
  const kills = 5;
  let buyer = 1;
  for (let kill = 0; kill < kills; kill += 1) {
    const child = spawn(process.execPath, [script, JSON.stringify(relay)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const busy = record(place, buyer, 40);
    buyer += 40;
    await Promise.race([once(child.stdout, 'data'), ended]);
    expect(child.exitCode).toBeNull();
    await sleep(Math.random() * 60);
    child.kill('SIGKILL');
    await Promise.all([ended, busy]);
  }
  await system.archive(drop);
  const cursor = await readCursor(system.db, place);
  // One record of going on sale, and one for each claim.
  expect(cursor?.seq).toBe(1 + kills * 40);
  const rows = await readArchive(system.db, place, 0, 10_000);
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
  expect(new Set(rows.map(({ streamId }) => streamId)).size).toBe(rows.length);
  expect(await system.verify(drop)).toEqual([]);
  // Archived records are deleted from Redis, except the last one.
  expect(await system.redis.xlen(system.inventory.keys.key(place, 'ledger'))).toBe(1);
}, 120_000);

test('several relays at once take turns', async () => {
  const { drop, place } = await system.open();
  await record(place, 1, 100);
  const deps = { db: system.db, inventory: system.inventory, log };
  let somebodyElse = 0;
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      for (let round = 0; round < 30; round += 1) {
        const { kind } = await archivePartition(deps, place, 3);
        if (kind === 'somebody_else') somebodyElse += 1;
      }
    }),
  );
  await system.archive(drop);
  expect(somebodyElse).toBeGreaterThan(0);
  expect((await readCursor(system.db, place))?.seq).toBe(101);
  expect(await system.verify(drop)).toEqual([]);
});

test('killed after the commit, before Redis was trimmed: the next one trims, and nothing comes twice', async () => {
  const { place } = await system.open();
  await record(place, 1, 10);
  const before = await everything(place);
  const dies = { ...system.inventory, trimLedger: () => Promise.reject(new Error('killed')) };
  await expect(archivePartition({ db: system.db, inventory: dies, log }, place, 4)).rejects.toThrow('killed');
  expect(told(await everything(place))).toEqual(told(before));
  const deps = { db: system.db, inventory: system.inventory, log };
  expect(await archivePartition(deps, place, 4)).toEqual({ kind: 'archived', count: 4, more: true });
  expect(await archivePartition(deps, place, 4)).toEqual({ kind: 'archived', count: 3, more: false });
  expect(told(await everything(place))).toEqual(told(before));
});

test('a transaction that fails archives nothing and trims nothing', async () => {
  const { place } = await system.open();
  await record(place, 1, 5);
  const { place: other } = await system.open();
  // Another record already has the next number.
  await system.db('ledger').insert({
    drop_id: place.dropId,
    partition: 0,
    seq: 3,
    kind: 'claim',
    record: '[]',
    hash: Buffer.alloc(32),
  });
  const deps = { db: system.db, inventory: system.inventory, log };
  await expect(archivePartition(deps, place)).rejects.toMatchObject({ code: 'ER_DUP_ENTRY' });
  expect(await system.redis.xlen(system.inventory.keys.key(place, 'ledger'))).toBe(6);
  expect((await readCursor(system.db, place))?.seq).toBe(0);
  expect(await archivePartition(deps, other)).toMatchObject({ count: 1 });
});

test('who reads while records are archived and trimmed sees each once', async () => {
  const { drop, place } = await system.open();
  await record(place, 1, 150);
  const expected = Array.from({ length: 151 }, (_, index) => index + 1);
  const reading = Array.from({ length: 5 }, async () => {
    for (let round = 0; round < 10; round += 1) {
      const seqs: number[] = [];
      for await (const page of readLedger({ ...system, inventory: slow }, place, { limit: 20 }))
        seqs.push(...page.lines.map(({ seq }) => seq));
      expect(seqs).toEqual(expected);
    }
  });
  const deps = { db: system.db, inventory: system.inventory, log };
  while (((await archivePartition(deps, place, 4)) as { more?: boolean }).more === true) await sleep(5);
  await Promise.all(reading);
  expect(await system.verify(drop)).toEqual([]);
});

/** Redis answers late, so that many records may be archived between request and reply. */
const slow: Pick<LedgerSystem['inventory'], 'ledgerEntries'> = {
  async ledgerEntries(place, from, limit) {
    await sleep(Math.random() * 10);
    const entries = await system.inventory.ledgerEntries(place, from, limit);
    await sleep(Math.random() * 10);
    return entries;
  },
};

test('what a failover lost after it was archived is marked as lost, and does not count', async () => {
  const { drop, place } = await system.open();
  const key = system.inventory.keys.key(place, 'ledger');
  const dies = { ...system.inventory, trimLedger: () => Promise.resolve() };
  const [first] = await system.holds(place, '1:2');
  const [lost] = await system.holds(place, '2:1');
  await archivePartition({ db: system.db, inventory: dies, log }, place);
  // The replica that took over did not have the second hold.
  const entries = await system.redis.xrange(key, '-', '+');
  await system.redis.xdel(key, entries.at(-1)![0]);
  await system.forgetHold(place, lost!.holdId);
  await system.redis.hincrby(system.inventory.keys.key(place, 'meta'), 'decided', -1);
  const [other] = await system.holds(place, '3:1');
  expect(other!.seats).toEqual(lost!.seats);

  await system.archive(drop);
  await system.pay(drop, place, first!);
  expect(await system.verify(drop)).toEqual([]);
  const kinds = (await readArchive(system.db, place, 0, 100)).map(({ kind }) => kind);
  expect(kinds).toEqual(['stock', 'claim', 'claim', 'lost', 'claim']);
  expect((await everything(place)).map(({ fields }) => fields[1])).toEqual([
    'stock',
    'claim',
    'claim',
    'paying',
    'sold',
  ]);
});

test('a drop that Redis has lost is not archived on, nor put on sale from scratch', async () => {
  const { drop, place } = await system.open();
  await record(place, 1, 3);
  await system.archive(drop);
  await system.redis.unlink(...system.inventory.keys.all(place));
  const deps = { db: system.db, inventory: system.inventory, log };
  expect(await archivePartition(deps, place)).toEqual({ kind: 'lost' });
  expect(await system.inventory.stock(drop, { again: true })).toBe('lost');
  expect(await system.inventory.counts(drop)).toBeUndefined();
});

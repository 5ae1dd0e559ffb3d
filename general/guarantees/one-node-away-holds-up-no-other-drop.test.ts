/**
 * A node of Redis hangs, and with it its drops. Every duty, and a buyer's list of entries, continues with the drops of the
 * other nodes.
 */
import { createAnnouncer } from '../../shared/messages/announce.ts';
import { loadDrop, type Drop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import { createInventory, type Inventory } from '../../shared/inventory/inventory.ts';
import { beginArchive } from '../../shared/ledger/archive.ts';
import { createMetrics } from '../../shared/tier/metrics.ts';
import { nodeOf } from '../../shared/redis/node-of.ts';
import { eventually } from '../../testing/eventually.ts';
import { insertDrop, insertEvent } from '../../testing/insert-drop.ts';
import { startOwnRedis, type OwnRedis } from '../../testing/own-redis.ts';
import { createReconciling } from '../duties/reconcile-payments.ts';
import { createEndDrops } from '../duties/end-drops.ts';
import { createFollow } from '../duties/follow-mysql.ts';
import { createStocking } from '../duties/stock-drops.ts';
import { createArchiving } from '../duties/archive-ledgers.ts';
import type { Deps } from '../deps.ts';
import { listedEntries } from '../../testing/general/listed-entries.ts';
import { afterPayBy, startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';

let system: GeneralSystem;
let own: OwnRedis;
let deps: Deps;
let inventory: Inventory;
let redis: ReturnType<OwnRedis['connect']>;
beforeAll(async () => {
  system = await startGeneralSystem();
  // No replica takes over from a node that hangs for less than this time.
  own = await startOwnRedis(600_000);
  redis = own.connect();
  inventory = createInventory({ redis, namespace: 'away' });
  const { channel, topology } = system.broker;
  const { checkoutKeys } = system.deps;
  deps = {
    ...system.deps,
    inventory,
    announcer: createAnnouncer({ redis, inventory, channel, topology, checkoutKeys }),
  };
}, 120_000);
afterAll(async () => {
  await own.stop();
  await system.stop();
});

const sections = [{ name: 'Stalls', rows: 1, seatsPerRow: 4 }];

/** A drop with one hold in payment whose attempt was never written to MySQL. */
async function newDrop(changes: Partial<Drop> = {}): Promise<Drop> {
  const drop = await insertDrop(system.db, await insertEvent(system.db), {
    sections,
    stocked: true,
    ...changes,
  });
  await system.db.transaction((trx) => beginArchive(trx, drop));
  await inventory.stock(drop);
  return drop;
}

async function inPayment(drop: Drop): Promise<string> {
  const place = { dropId: drop.id, partition: 0 };
  const batch = { id: newBatchId(), packed: '7:1' };
  const claimed = await inventory.claim(place, batch, { mayBorrow: false });
  const [outcome] = claimed.kind === 'decided' ? claimed.outcomes : [];
  if (outcome?.kind !== 'held') throw new Error(claimed.kind);
  await inventory.beginPayment(place, outcome.hold, newBatchId());
  return outcome.hold.holdId;
}

test('ending, settling, comparing, archiving and stocking go on with the drops of the other nodes', async () => {
  // Not the node that has the list of live drops: without it no drop can be added or removed.
  let first = await newDrop();
  const listedBy = nodeOf(redis, inventory.keys.liveDrops);
  expect(listedBy).not.toBe('');
  while (inventory.nodesOf([{ dropId: first.id, partition: 0 }]) === listedBy) first = await newDrop();
  const away = inventory.nodesOf([{ dropId: first.id, partition: 0 }]);
  const lost: Drop[] = [first];
  const kept: Drop[] = [];
  // More drops of the hanging node than are worked on at once, and they come before the others.
  while (lost.length < 80 || kept.length < 4) {
    const drop = await newDrop();
    (inventory.nodesOf([{ dropId: drop.id, partition: 0 }]) === away ? lost : kept).push(drop);
  }
  const [cancelled, unstocked, paying, archived] = kept.slice(-4) as [Drop, Drop, Drop, Drop];
  const holdId = await inPayment(paying);
  const key = inventory.keys.key({ dropId: first.id, partition: 0 }, 'meta');
  const { master } = await own.nodesOf(key);
  const cancel = [...lost.slice(0, 40), cancelled];
  const restock = [...lost.slice(40), unstocked];
  const ids = (drops: Drop[]) => drops.map(({ id }) => id);
  await system.db('drops').whereIn('id', ids(cancel)).update({ cancelled_at: new Date() });
  await system.db('drops').whereIn('id', ids(restock)).update({ stocked_at: null });

  const registry = createMetrics('general');
  const never = 3_600_000;
  const times = {
    everyMs: 10,
    settledAfterMs: 0,
    againAfterMs: 0,
    thoroughEveryMs: never,
    driftAfterMs: never,
  };
  const duties = {
    end: createEndDrops(deps, { patienceMs: 300 }),
    reconcile: createReconciling(deps, { everyMs: 10, abandonedAfterMs: 0, now: afterPayBy }),
    follow: createFollow(deps, registry, times),
    archive: createArchiving(deps, { registry }),
    stock: createStocking(deps),
  };
  expect(await listedEntries(deps, 7)).toMatchObject({ isComplete: true });
  master.process.kill('SIGSTOP');
  try {
    // The drops of the node are left out of a buyer's list, which says so.
    const listed = await listedEntries(deps, 7);
    expect(listed.items.map(({ drop, status }) => [drop.id, status])).toEqual([[paying.id, 'paying']]);
    expect(listed.isComplete).toBe(false);
    await Promise.all(Object.values(duties).map((round) => round()));
    expect((await loadDrop(system.db, unstocked.id))?.stocked).toBe(true);
    expect(await system.db('drops').where({ id: cancelled.id }).whereNotNull('sale_ended_at')).toHaveLength(
      1,
    );
    expect(await inventory.holds({ dropId: paying.id, partition: 0 }, [holdId])).toMatchObject([
      { state: 'held' },
    ]);
    const rows = await system.db('ledger').where({ drop_id: archived.id });
    expect(rows.length).toBeGreaterThan(0);
    // And again, while the node still hangs.
    const later = await inPayment(archived);
    await Promise.all(Object.values(duties).map((round) => round()));
    expect(await inventory.holds({ dropId: archived.id, partition: 0 }, [later])).toMatchObject([
      { state: 'held' },
    ]);
    // The duties do not use up the connections to MySQL.
    await expect(system.db('drops').first('id')).resolves.toBeDefined();
  } finally {
    master.process.kill('SIGCONT');
  }
  await eventually(async () => {
    await Promise.all(Object.values(duties).map((round) => round()));
    const left = await system.db('drops').whereIn('id', ids(cancel)).whereNull('sale_ended_at');
    const unsaid = await system.db('drops').whereIn('id', ids(restock)).whereNull('stocked_at');
    return left.length === 0 && unsaid.length === 0;
  }, 120_000);
}, 300_000);

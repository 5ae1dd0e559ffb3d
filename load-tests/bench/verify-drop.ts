/**
 * `node load-tests/bench/verify-drop.ts [entries]` measures how long it takes to archive and verify a large drop. It
 * makes the drop on the servers of `node local/dev-servers.ts`, in its own namespace, and deletes it afterwards.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDrop } from '../../shared/drops/drop.ts';
import { newBatchId } from '../../shared/inventory/entry-id.ts';
import type { NewHold } from '../../shared/inventory/hold.ts';
import { startLedgerSystem } from '../../testing/ledger/ledger-system.ts';
import { verifyDrop } from '../../proof/verify-drop.ts';
import { createReport } from '../../proof/violation.ts';

const maxEntries = 2_000_000;
const entries = Math.min(maxEntries, Number(process.argv[2] ?? 1_000_000));
const batchSize = 200;
const paid = Math.min(2_000, Math.floor(entries / 100));

const devServers = join(import.meta.dirname, '../../.local/dev-servers.json');
if (process.env['SEATDROP_TEST_SERVERS'] === undefined && existsSync(devServers))
  process.env['SEATDROP_TEST_SERVERS'] = readFileSync(devServers, 'utf8');

const timed = async <T>(label: string, work: () => Promise<T>): Promise<T> => {
  const since = performance.now();
  const result = await work();
  console.log(`${((performance.now() - since) / 1000).toFixed(1).padStart(6)} s  ${label}`);
  return result;
};

const system = await startLedgerSystem();
try {
  const { db, inventory } = system;
  const seats = Math.ceil(entries / 10);
  const { drop, place } = await system.open({
    rows: Math.ceil(seats / 50),
    seatsPerRow: 50,
    standbyLimit: Math.ceil(entries / 50),
  });
  const holds: NewHold[] = [];
  await timed(`${entries} entries decided, ${seats} seats`, async () => {
    for (let first = 1; first <= entries; first += batchSize) {
      const buyers = Array.from({ length: Math.min(batchSize, entries - first + 1) }, (_, at) => first + at);
      const packed = buyers.map((buyer) => `${buyer}:${1 + (buyer % 2)}`).join(',');
      const batch = { id: newBatchId(), packed, sent: `benchmrk.${(first - 1) / batchSize + 1}` };
      const result = await inventory.claim(place, batch, { mayBorrow: false });
      if (result.kind !== 'decided') throw new Error(result.kind);
      for (const outcome of result.outcomes) if (outcome.kind === 'held') holds.push(outcome.hold);
    }
  });
  await timed(`${paid} orders paid, ${paid} holds left, their seats given to standby`, async () => {
    // Orders need users. User ids in a new database start at 1, like the buyer ids above.
    for (let user = 2; user <= paid + 2; user += 1) await system.newUser();
    for (const hold of holds.slice(paid, 2 * paid)) await inventory.leave(place, hold.buyerId);
    for (const hold of holds.slice(1, paid)) await system.pay(drop, place, hold);
  });
  await timed('archived', () => system.archive(drop));
  const { violations, report } = createReport();
  const archivedDrop = (await loadDrop(db, drop.id))!;
  const verified = await timed('verified', () => verifyDrop({ db, inventory }, archivedDrop, report));
  const { rss } = process.memoryUsage();
  console.log(
    `${verified.records} records, ${verified.entries} entries, ${violations.length} violations, ${Math.round(rss / 2 ** 20)} MB`,
  );
  for (const { rule, what } of violations.slice(0, 5)) console.log(`${rule}: ${what}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} finally {
  await system.close();
}
process.exit();

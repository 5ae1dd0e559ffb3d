import type { Cluster } from 'ioredis';
import type { Drop } from '../../shared/drops/drop.ts';
import { places } from '../../shared/inventory/inventory.ts';
import type { Keys } from '../../shared/inventory/keys.ts';
import { readLedger } from './ledger.ts';
import { Replay } from './replay.ts';
import type { Report } from './violation.ts';

/** Plays the ledgers of all partitions of a drop, and checks what travelled between them. */
export async function replayDrop(redis: Cluster, keys: Keys, drop: Drop, report: Report): Promise<Replay[]> {
  const replays: Replay[] = [];
  for (const place of places(drop.id, drop.partitions)) {
    const replay = new Replay(drop, place, report);
    for await (const record of readLedger(redis, keys, place)) replay.apply(record);
    replay.finish();
    replays.push(replay);
  }
  checkTransfers(replays, report);
  return replays;
}

/** Seats that one partition lends arrive in another one, all of them, once. */
function checkTransfers(replays: readonly Replay[], report: Report): void {
  const lent = new Map(replays.flatMap((replay) => replay.lent).map((each) => [each.transfer, each]));
  for (const { transfer, seats } of replays.flatMap((replay) => replay.borrowed)) {
    const sent = lent.get(transfer);
    if (sent?.seats.join() !== seats.join()) {
      report('2 seats add up', `transfer ${transfer} brought other seats than were sent`, { sent, seats });
    }
    lent.delete(transfer);
  }
  for (const onTheWay of lent.values()) {
    report('2 seats add up', `transfer ${onTheWay.transfer} never arrived`, onTheWay);
  }
}

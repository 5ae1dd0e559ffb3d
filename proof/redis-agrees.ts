import type { Drop } from '../shared/drops/drop.ts';
import type { Inventory } from '../shared/inventory/inventory.ts';
import type { Replay } from './replay.ts';
import type { Report } from './violation.ts';

/** Checks that seats and counters in Redis are those that its ledger leads to (rules 1 and 2). */
export async function checkRedisAgrees(
  inventory: Inventory,
  drop: Drop,
  replays: readonly Replay[],
  report: Report,
): Promise<void> {
  const parts = await inventory.partitionCounts(drop);
  for (const [index, replay] of replays.entries()) {
    const counts = parts[index];
    if (!counts) {
      report('2 seats add up', 'a partition is not in Redis', replay.place);
      continue;
    }
    const { capacity, free, held, paying, sold, standby } = counts;
    if (free + held + paying + sold !== capacity)
      report('2 seats add up', 'counters do not add up to the capacity', { ...replay.place, counts });
    const played = {
      capacity: replay.capacity,
      free: replay.free,
      held: replay.seatsIn('held'),
      paying: replay.seatsIn('paying'),
      sold: replay.sold,
      standby: replay.standby.size,
    };
    const counted = { capacity, free, held, paying, sold, standby };
    if (JSON.stringify(played) !== JSON.stringify(counted))
      report('2 seats add up', 'counters are not what the ledger comes to', {
        ...replay.place,
        counted,
        played,
      });
  }
  if (replays.reduce((sum, { capacity }) => sum + capacity, 0) !== drop.capacity)
    report('2 seats add up', 'partitions do not add up to the drop', { capacity: drop.capacity });

  const map = await inventory.seatMap(drop);
  // Redis has no rows of a drop that is retired.
  if (map.length === 0) return;
  for (const [index, replay] of replays.entries()) {
    if (!parts[index]) continue;
    for (const seat of replay.seats) {
      const [row, number] = seat.split('.').map(Number) as [number, number];
      const stored = map[row]?.[number - 1];
      const state = replay.drawn(seat);
      if (stored !== state)
        report('1 one owner', `seat ${seat} is '${stored}' in Redis and '${state}' by the ledger`, {
          holdId: replay.ownerOf(seat),
        });
    }
  }
}

import type { Replay } from '../replay.ts';
import type { Report } from '../violation.ts';

/** Checks, once nothing happens any more, that every hold has ended (rule 5) and no seat is free that standby wants. */
export function checkNoHoldIsLeft(replays: readonly Replay[], report: Report): void {
  const free = replays.reduce((sum, replay) => sum + replay.free, 0);
  for (const replay of replays) {
    for (const hold of replay.holds.values()) {
      if (hold.state === 'held' || hold.state === 'paying')
        report('5 holds end', `hold ${hold.holdId} is still ${hold.state}`, { ...replay.place, ...hold });
    }
    const waiting = [...replay.standby.values()].find(({ quantity }) => quantity <= free);
    if (waiting && !replay.cancelled)
      report('4 in order', `${waiting.entryId} stands by though ${free} seats are free`, waiting);
  }
}

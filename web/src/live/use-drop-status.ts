import { availabilityOf, type Availability } from '@seatdrop/shared/drops/availability.ts';
import type { DropState, Phase } from '../api/types.ts';
import { serverClock } from '../clock/server-clock.ts';
import { useHasCome } from '../clock/use-server-now.ts';
import { latest, phaseOf, dropStatusOf, type DropStatus, type Terms } from './drop-status.ts';

/** A drop as lists, its event and its own page receive it. */
export type ToldDrop = Terms & { availability?: Availability | undefined };

/** The drop's status now; follows the clock. `news`: its latest pushed state. */
export function useDropStatus(drop: ToldDrop, news?: DropState): { phase: Phase; status: DropStatus } {
  const { opensAt, closesAt } = latest(drop, news);
  useHasCome(Date.parse(opensAt));
  useHasCome(Date.parse(closesAt));
  return dropStatusAt(drop, serverClock.now(), news);
}

export function dropStatusAt(drop: ToldDrop, now: number, news?: DropState) {
  const phase = phaseOf(drop, news, now);
  return { phase, status: dropStatusOf(phase, news ? availabilityOf(news) : drop.availability) };
}

/** The status of a drop at a moment, computed in one place for all pages. */
import type { Availability } from '@seatdrop/shared/drops/availability.ts';
import type { DropState, Phase } from '../api/types.ts';

/** What every page that shows a drop knows of it. */
export type Terms = { state: Phase; opensAt: string; closesAt: string; serverTime?: string };

/**
 * The phase by the latest information. Opening and closing follow from the times and the clock; only people
 * pause and cancel.
 */
export function phaseOf(terms: Terms, news: DropState | undefined, now: number): Phase {
  const known = latest(terms, news);
  if (known.phase === 'cancelled' || terms.state === 'cancelled') return 'cancelled';
  if (now >= Date.parse(known.closesAt)) return 'closed';
  if (now < Date.parse(known.opensAt)) return 'scheduled';
  return known.phase === 'paused' ? 'paused' : 'open';
}

/** Times and phase from whichever is later, the terms or the pushed state. */
export function latest(terms: Terms, news: DropState | undefined) {
  const { state, opensAt, closesAt, serverTime } = terms;
  const isNews = news && !(Date.parse(serverTime ?? '') > Date.parse(news.serverTime));
  return isNews ? news : { phase: state, opensAt, closesAt };
}

/** The phase as people see it; for an open drop also whether anything is left. */
export type DropStatus =
  'scheduled' | 'open' | 'few_left' | 'standby' | 'sold_out' | 'paused' | 'closed' | 'cancelled';

export function dropStatusOf(phase: Phase, availability: Availability | undefined): DropStatus {
  if (phase !== 'open') return phase;
  switch (availability) {
    case 'few':
      return 'few_left';
    case 'standby':
      return 'standby';
    case 'none':
      return 'sold_out';
    case 'seats':
    case undefined:
      return 'open';
  }
}

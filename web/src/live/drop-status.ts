/** How a sale stands at a moment: the one answer for home, event, lists, the drop page and those who run it. */
import type { Availability } from '@seatdrop/shared/drops/availability.ts';
import type { DropState, Phase } from '../api/types.ts';

/** What is told of a drop wherever it is shown. */
export type Terms = { state: Phase; opensAt: string; closesAt: string; serverTime?: string };

/** By whichever was told last. Its times and the clock say whether it is open; only people pause and cancel it. */
export function phaseOf(terms: Terms, news: DropState | undefined, now: number): Phase {
  const told = latest(terms, news);
  if (told.phase === 'cancelled' || terms.state === 'cancelled') return 'cancelled';
  if (now >= Date.parse(told.closesAt)) return 'closed';
  if (now < Date.parse(told.opensAt)) return 'scheduled';
  return told.phase === 'paused' ? 'paused' : 'open';
}

/** When it opens and closes, and what was said of its phase, as told last. */
export function latest(terms: Terms, news: DropState | undefined) {
  const { state, opensAt, closesAt, serverTime } = terms;
  const isNews = news && !(Date.parse(serverTime ?? '') > Date.parse(news.serverTime));
  return isNews ? news : { phase: state, opensAt, closesAt };
}

/** As people are told: of an open sale also what there is to be had. */
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

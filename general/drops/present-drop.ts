/** How a drop is told to people: its terms and its question, never an answer. */
import type { z } from 'zod';
import type { drop, dropState } from '../../shared/contract/drops.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { questionFor } from '../../shared/drops/question.ts';

type Times = Pick<Drop, 'opensAt' | 'closesAt' | 'cancelled'>;

export function stateOf({ opensAt, closesAt, cancelled }: Times, now: number): z.infer<typeof dropState> {
  if (cancelled) return 'cancelled';
  if (now >= closesAt) return 'closed';
  return now >= opensAt ? 'open' : 'scheduled';
}

/** `buyerId`: whose question to show. */
export function presentDrop(found: Drop, buyerId: number | undefined, now: number): z.input<typeof drop> {
  const asked = buyerId === undefined ? undefined : questionFor(found, buyerId);
  const { id, eventId, price, capacity, maxPerBuyer, holdSeconds, standbyLimit, sections } = found;
  return {
    id,
    eventId,
    state: stateOf(found, now),
    serverTime: new Date(now).toISOString(),
    opensAt: new Date(found.opensAt).toISOString(),
    closesAt: new Date(found.closesAt).toISOString(),
    price,
    capacity,
    maxPerBuyer,
    holdSeconds,
    standbyLimit,
    sections,
    ...(asked && {
      question: { id: asked.id, text: asked.text, ...(asked.choices && { choices: asked.choices }) },
    }),
  };
}

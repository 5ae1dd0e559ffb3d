/** A drop as the API shows it: its terms and the buyer's question, never an answer. */
import type { z } from 'zod';
import type { drop } from '../../shared/contract/drops.ts';
import { orderFeeOf, seatPriceOf, type Pricing } from '../../shared/contract/total.ts';
import type { Drop } from '../../shared/drops/drop.ts';
import { phaseOf } from '../../shared/drops/phase.ts';
import { questionFor } from '../../shared/drops/question.ts';

/** `buyerId`: the buyer whose question is included. */
export function presentDrop(found: Drop, buyerId: number | undefined, now: number): z.input<typeof drop> {
  const asked = buyerId === undefined ? undefined : questionFor(found, buyerId);
  const {
    id,
    eventId,
    termsVersion,
    price,
    fees,
    platformFees,
    taxPercent,
    capacity,
    maxPerBuyer,
    holdSeconds,
    paySeconds,
    standbyLimit,
    lapsePauseSeconds,
    sections,
  } = found;
  return {
    id,
    eventId,
    state: phaseOf(found, now),
    serverTime: new Date(now).toISOString(),
    opensAt: new Date(found.opensAt).toISOString(),
    closesAt: new Date(found.closesAt).toISOString(),
    termsVersion,
    price,
    ...allIn(found),
    ...(fees && { fees }),
    ...(platformFees && { platformFees }),
    ...(taxPercent !== undefined && { taxPercent }),
    capacity,
    maxPerBuyer,
    holdSeconds,
    paySeconds,
    standbyLimit,
    lapsePauseSeconds,
    ...presentReturns(found),
    sections,
    ...(asked && {
      question: { id: asked.id, text: asked.text, ...(asked.choices && { choices: asked.choices }) },
    }),
  };
}

export function presentReturns({ returns }: Pick<Drop, 'returns'>): Pick<z.input<typeof drop>, 'returns'> {
  if (!returns) return {};
  return { returns: { ...returns, until: new Date(returns.until).toISOString() } };
}

function allIn(pricing: Pricing) {
  const orderFee = orderFeeOf(pricing);
  return { seatPrice: seatPriceOf(pricing), ...(orderFee.amount > 0 && { orderFee }) };
}

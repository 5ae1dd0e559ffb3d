import { isFreeOfCharge, seatPriceOf, type Pricing } from '@seatdrop/shared/contract/total.ts';
import type { Money } from '../api/types.ts';
import type { Localized } from './locale.tsx';

type Words = Pick<Localized, 'text' | 'format'>;

/** An amount that was or will be paid. */
export function priceWords({ text, format }: Words, money: Money): string {
  return money.amount === 0 ? text.free.price : format.money(money);
}

/** What a seat of a drop costs, with its fees. */
export function seatPriceWords({ text, format }: Words, drop: Pricing): string {
  return isFreeOfCharge(drop) ? text.free.price : text.events.from(format.money(seatPriceOf(drop)));
}

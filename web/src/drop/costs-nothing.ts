import { isFreeOfCharge } from '@seatdrop/shared/contract/total.ts';
import type { LiveDrop } from './use-drop.ts';

/** Whether there is no step of paying. Not if the server has named a total since. */
export function costsNothing({ drop, payment }: Pick<LiveDrop, 'drop' | 'payment'>): boolean {
  return isFreeOfCharge(drop) && payment?.newTotal === undefined;
}

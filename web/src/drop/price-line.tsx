import { orderFeeOf, seatPriceOf } from '@seatdrop/shared/contract/total.ts';
import type { Drop } from '../api/types.ts';
import { useLocale } from '../i18n/locale.tsx';

/**
 * What a seat costs with all its fees, what an order costs besides, and the tax in both. `isOpen`: nothing if there is
 * neither fee nor tax, since the button to buy has the price.
 */
export function PriceLine({ drop, isOpen }: { drop: Drop; isOpen: boolean }) {
  const { text, format } = useLocale();
  const [seat, order] = [seatPriceOf(drop), orderFeeOf(drop)];
  const parts = [
    text.events.from(format.money(seat)),
    ...(seat.amount > drop.price.amount ? [text.drop.withFees] : []),
    ...(order.amount > 0 ? [text.drop.orderFee(format.money(order))] : []),
    ...(drop.taxPercent ? [text.drop.withTax(format.number(drop.taxPercent))] : []),
  ];
  return (!isOpen || parts.length > 1) && <p>{parts.join(text.common.comma)}</p>;
}

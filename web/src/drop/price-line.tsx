import { isFreeOfCharge, orderFeeOf, seatPriceOf } from '@seatdrop/shared/contract/total.ts';
import type { Drop } from '../api/types.ts';
import { useLocale } from '../i18n/locale.tsx';
import { seatPriceWords } from '../i18n/price-words.ts';

/**
 * What a seat costs with all its fees, what an order costs besides, and the tax in both. `isOpen`: nothing if there is
 * neither fee nor tax, since the button to buy has the price.
 */
export function PriceLine({ drop, isOpen }: { drop: Drop; isOpen: boolean }) {
  const locale = useLocale();
  const { text, format } = locale;
  const [seat, order] = [seatPriceOf(drop), orderFeeOf(drop)];
  const parts = [
    seatPriceWords(locale, drop),
    ...(seat.amount > drop.price.amount ? [text.drop.withFees] : []),
    ...(order.amount > 0 ? [text.drop.orderFee(format.money(order))] : []),
    ...(drop.taxPercent && !isFreeOfCharge(drop) ? [text.drop.withTax(format.number(drop.taxPercent))] : []),
  ];
  return (!isOpen || parts.length > 1) && <p>{parts.join(text.common.comma)}</p>;
}

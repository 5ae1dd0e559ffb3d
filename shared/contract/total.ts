/** Prices, fees and taxes of a drop, all in the minor units of its currency. */

type Money = { amount: number; currency: string };

export type Fees = {
  perSeat: number;
  perOrder: number;
  /** Of the price of each seat, with up to three decimals. */
  percent: number;
};

/** What a total is computed from: a drop, as stored or as the API shows it. */
export type Pricing = {
  /** Of one seat, without fees. */
  price: Money;
  /** The organizer's. */
  fees?: Fees | undefined;
  platformFees?: Fees | undefined;
  /** The rate of the tax that is included in the total, with up to three decimals. */
  taxPercent?: number | undefined;
};

export type LineKind = 'seats' | 'fees' | 'platform_fees';

/** What a total is made of. The amounts of the lines add up to it. */
export type Breakdown = {
  total: Money;
  lines: { kind: LineKind; amount: number }[];
  includedTax?: { percent: number; amount: number };
};

/**
 * What a buyer pays for this many seats of a drop. Pages, checkout and proofs all compute it here, so that no two of
 * them can disagree.
 */
export function totalOf(pricing: Pricing, seats: number): Money {
  const { currency } = pricing.price;
  return { amount: seatPriceOf(pricing).amount * seats + orderFeeOf(pricing).amount, currency };
}

/** Whether seats of the drop cost nothing, however many. */
export function isFreeOfCharge(pricing: Pricing): boolean {
  return totalOf(pricing, 1).amount === 0;
}

/** The price of one seat with all fees for it. A percentage is rounded for each seat, so that this is exact. */
export function seatPriceOf({ price, fees, platformFees }: Pricing): Money {
  const { amount, currency } = price;
  return { amount: amount + seatFee(amount, fees) + seatFee(amount, platformFees), currency };
}

/** The fees that are paid once for an order, however many seats it has. */
export function orderFeeOf({ price: { currency }, fees, platformFees }: Pricing): Money {
  return { amount: (fees?.perOrder ?? 0) + (platformFees?.perOrder ?? 0), currency };
}

export function breakdownOf(pricing: Pricing, seats: number): Breakdown {
  const { price, fees, platformFees, taxPercent = 0 } = pricing;
  const total = totalOf(pricing, seats);
  const feesFor = (of: Fees | undefined) => seatFee(price.amount, of) * seats + (of?.perOrder ?? 0);
  const lines: Breakdown['lines'] = [
    { kind: 'seats', amount: price.amount * seats },
    { kind: 'fees', amount: feesFor(fees) },
    { kind: 'platform_fees', amount: feesFor(platformFees) },
  ];
  const rate = thousandths(taxPercent);
  const tax = divided(total.amount * rate, 100_000 + rate);
  return {
    total,
    lines: lines.filter(({ kind, amount }) => kind === 'seats' || amount > 0),
    ...(rate > 0 && { includedTax: { percent: taxPercent, amount: tax } }),
  };
}

function seatFee(price: number, fees: Fees | undefined): number {
  return fees ? fees.perSeat + divided(price * thousandths(fees.percent), 100_000) : 0;
}

/** A percentage as an integer: 2.5 in binary is exact, 2.55 is not. */
const thousandths = (percent: number): number => Math.round(percent * 1000);

/** The quotient of two integers that are not negative, half rounded up. The only place where amounts are rounded. */
function divided(amount: number, by: number): number {
  const doubled = 2 * amount + by;
  return (doubled - (doubled % (2 * by))) / (2 * by);
}

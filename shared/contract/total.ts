type Money = { amount: number; currency: string };

/** What a total is computed from: a drop, as stored or as the API shows it. */
export type Pricing = { price: Money };

/**
 * What a buyer pays for this many seats of a drop. Pages, checkout and proofs all compute it here, so that no two of
 * them can disagree.
 */
export function totalOf({ price: { amount, currency } }: Pricing, seats: number): Money {
  return { amount: amount * seats, currency };
}

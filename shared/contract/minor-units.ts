type Money = { amount: number; currency: string };

/** The number of decimals of a currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * Formats an amount in minor units as a decimal number without the currency: 1250 EUR is `12.50`, 1250 JPY is `1250`.
 */
export function decimal({ amount, currency }: Money): string {
  const digits = minorDigits(currency);
  return (amount / 10 ** digits).toFixed(digits);
}

/** An amount in minor units as people write it, without the currency: 1250 EUR is `12.50`, 1250 JPY is `1250`. */
export function decimal({ amount, currency }: { amount: number; currency: string }): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return (amount / 10 ** digits).toFixed(digits);
}

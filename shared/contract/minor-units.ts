type Money = { amount: number; currency: string };

/**
 * Currencies by the number of their decimals, from ISO 4217 (list one); all others have two. It is a table of ours and
 * not the data of `Intl`, which has the decimals of daily use, other ones after each update, and would show and charge
 * a hundredth or the hundredfold of HUF, COP, IDR or PKR.
 */
export const decimalsOtherThanTwo = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const digitsOf = new Map(
  Object.entries(decimalsOtherThanTwo).flatMap(([digits, codes]) =>
    codes.split(' ').map((code) => [code, Number(digits)]),
  ),
);

/** The number of decimals of a currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  return digitsOf.get(currency) ?? 2;
}

/**
 * Formats an amount in minor units as a decimal number without the currency: 1250 EUR is `12.50`, 1250 JPY is `1250`.
 */
export function decimal({ amount, currency }: Money): string {
  const digits = minorDigits(currency);
  return (amount / 10 ** digits).toFixed(digits);
}

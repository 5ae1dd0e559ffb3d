/**
 * Amounts as Stripe takes them. Its decimals are not those of ISO 4217, which this system has everywhere else; see
 * "Minor units in API amounts" and "Minimum and maximum charge amounts" in https://docs.stripe.com/currencies.
 */
import { minorDigits } from '../../shared/contract/minor-units.ts';
import type { ChargeLimits } from './provider.ts';

type Money = { amount: number; currency: string };

/**
 * Stripe's list of currencies without decimals, less UGX, which is among its special cases too. MGA has two decimals in
 * ISO 4217.
 */
const zeroDecimal = codes('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF');

/** With three decimals, of which the last must be 0. */
const threeDecimal = codes('BHD JOD KWD OMR TND');

/**
 * ISK and UGX have no decimals any more, but are sent with two, both 0. HUF and TWD are charged with two decimals as
 * any other currency; only payouts by hand, of which this system makes none, are in whole units.
 */
const wholeWithTwoDecimals = codes('ISK UGX');

/** Active currencies of ISO 4217 that Stripe charges in no country. */
const notCharged = codes(
  'BOV CHE CHW CLF COU CUP ERN IQD IRR KPW LYD MRU MXV SDG SSP STN SYP TMT USN UYI UYW VED VES XAD ZWG',
);

/**
 * The least amounts that Stripe charges, in its own units. They hold where the account is paid out in the same currency;
 * where Stripe exchanges it, the minimum of the other currency counts, which nobody knows before the charge.
 */
const leastAmounts = numbers(
  'AED 200, AUD 50, BRL 50, CAD 50, CHF 50, CZK 1500, DKK 250, EUR 50, GBP 30, HKD 400, HUF 17500, INR 50, ' +
    'JPY 50, MXN 1000, MYR 200, NOK 300, NZD 50, PLN 200, RON 200, SEK 300, SGD 50, THB 1000, USD 50',
);

/** Eight digits, and more for some currencies. The limits for cards of single networks may be lower. */
const mostDigits = numbers('IDR 12, INR 9, LBP 11, COP 10, HUF 10, JPY 10');

/** @throws {RangeError} if Stripe cannot charge exactly this amount */
export function toStripe({ amount, currency }: Money): number {
  const sent = shift(amount, digitsAtStripe(currency) - minorDigits(currency));
  if (!Number.isSafeInteger(sent) || sent < 0 || sent % stepAtStripe(currency) !== 0)
    throw new RangeError(`Stripe cannot charge ${amount} minor units of ${currency}`);
  return sent;
}

/** The inverse of `toStripe`. @throws {RangeError} if the amount has no place in the minor units of the currency */
export function fromStripe(sent: number, currency: string): number {
  const amount = shift(sent, minorDigits(currency) - digitsAtStripe(currency));
  if (!Number.isSafeInteger(amount) || amount < 0)
    throw new RangeError(`${sent} of Stripe is no amount of ${currency} in minor units`);
  return amount;
}

/** Undefined if Stripe does not charge the currency. */
export function stripeLimits(currency: string): ChargeLimits | undefined {
  if (notCharged.has(currency)) return undefined;
  const ours = (sent: number) => shift(sent, minorDigits(currency) - digitsAtStripe(currency));
  const step = Math.max(1, ours(stepAtStripe(currency)));
  return {
    step,
    minimum: Math.max(step, ours(leastAmounts.get(currency) ?? 1)),
    maximum: Math.floor(ours(10 ** (mostDigits.get(currency) ?? 8) - 1) / step) * step,
  };
}

/** Moves the decimal point. Dividing keeps a whole result whole, as multiplying by 0.01 does not. */
function shift(amount: number, digits: number): number {
  return digits < 0 ? amount / 10 ** -digits : amount * 10 ** digits;
}

function digitsAtStripe(currency: string): number {
  if (zeroDecimal.has(currency)) return 0;
  return threeDecimal.has(currency) ? 3 : 2;
}

/** What every amount must be a multiple of, in Stripe's units. */
function stepAtStripe(currency: string): number {
  if (threeDecimal.has(currency)) return 10;
  return wholeWithTwoDecimals.has(currency) ? 100 : 1;
}

function codes(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}

function numbers(list: string): ReadonlyMap<string, number> {
  return new Map(list.split(', ').map((item) => [item.slice(0, 3), Number(item.slice(4))]));
}

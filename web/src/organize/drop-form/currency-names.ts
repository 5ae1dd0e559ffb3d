/** The currencies to choose from, and which one is meant by what somebody typed. */
import { currencies } from '@seatdrop/shared/contract/currencies.ts';

/** The code that was typed, in any case, or else what was typed, which the rules of the form refuse. */
export function currencyOf(typed: string): string {
  const code = typed.trim().toUpperCase();
  return currencies.includes(code) ? code : typed.trim();
}

export type NamedCurrency = { code: string; name: string };

const known = new Map<string, readonly NamedCurrency[]>();

/** All currencies, those of many sales first, with their names. */
export function namedCurrencies(locale: string): readonly NamedCurrency[] {
  const named = known.get(locale) ?? nameAll(locale);
  known.set(locale, named);
  return named;
}

const common = ['EUR', 'USD', 'GBP', 'CHF', 'JPY', 'TWD', 'HKD'];

function nameAll(locale: string): readonly NamedCurrency[] {
  const names = new Intl.DisplayNames(locale, { type: 'currency' });
  const others = currencies.filter((code) => !common.includes(code));
  return [...common, ...others].map((code) => ({ code, name: names.of(code) ?? code }));
}

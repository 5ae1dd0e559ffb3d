import { currencies } from '@seatdrop/shared/contract/currencies.ts';
import { currencyOf, namedCurrencies } from './currency-names.ts';

test('by its code in any case', () => {
  for (const typed of ['HUF', ' huf ', 'Huf']) expect(currencyOf(typed)).toBe('HUF');
  for (const typed of ['', 'EURO', 'BGN', 'Forint']) expect(currencyOf(typed)).toBe(typed);
});

test('each currency of the contract is offered once, with its name to search for', () => {
  const offered = namedCurrencies('en');
  expect(offered.map(({ code }) => code).toSorted()).toEqual(currencies);
  expect(offered.find(({ code }) => code === 'HUF')?.name).toBe('Hungarian Forint');
  expect(offered.slice(0, 2).map(({ code }) => code)).toEqual(['EUR', 'USD']);
});

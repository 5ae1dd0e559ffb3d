import { decimal } from '../../shared/contract/minor-units.ts';
import { isFreeOfCharge, totalOf, type Pricing } from '../../shared/contract/total.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import type { PaymentProvider } from '../payments/provider.ts';

const anyAmount = { step: 1, minimum: 1, maximum: Infinity };

/** The amount of a payment is an unsigned integer in MySQL. */
const maxTotal = 2 ** 32 - 1;

/**
 * Refuses a price of which the payment provider could not charge every total that a buyer may come to. Found out at
 * checkout, it would be too late: the price cannot change once the drop is open.
 * @throws {Problem} invalid_request
 */
export function requireChargeable(
  { limitsOf }: Pick<PaymentProvider, 'limitsOf'>,
  terms: Pricing & { maxPerBuyer: number },
): void {
  // Nobody is charged, so any currency will do.
  if (isFreeOfCharge(terms)) return;
  const { currency } = terms.price;
  const limits = limitsOf ? limitsOf(currency) : anyAmount;
  if (!limits) throw invalid('/price/currency', 'currency_not_charged');
  const maximum = Math.min(limits.maximum, maxTotal);
  const written = (amount: number) => decimal({ amount, currency });
  for (let seats = 1; seats <= terms.maxPerBuyer; seats += 1) {
    const { amount } = totalOf(terms, seats);
    if (amount % limits.step !== 0)
      throw invalid('/price/amount', 'charge_step', { step: written(limits.step) });
    if (amount < limits.minimum)
      throw invalid('/price/amount', 'charge_too_small', { lowest: written(limits.minimum) });
    if (amount > maximum) throw invalid('/price/amount', 'charge_too_big', { highest: written(maximum) });
  }
}

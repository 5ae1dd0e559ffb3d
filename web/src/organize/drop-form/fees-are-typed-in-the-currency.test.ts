import { aDrop, anEvent } from '../../../testing/things.ts';
import { dropRules, dropValues } from './drop-values.ts';

const event = anEvent();
const drop = aDrop({
  price: { amount: 5000, currency: 'EUR' },
  fees: { perSeat: 150, perOrder: 0, percent: 2.5 },
  taxPercent: 8.875,
});
const rules = dropRules(event, drop);

test('fees of a drop are shown as they are typed, and sent in minor units', () => {
  const values = dropValues(drop, event);
  expect(values).toMatchObject({
    feePerSeat: '1.50',
    feePerOrder: '',
    feePercent: '2.5',
    taxPercent: '8.875',
  });
  expect(rules.bodyOf(values)).toMatchObject({ fees: drop.fees, taxPercent: 8.875 });
  const typed = { ...values, currency: 'jpy', feePerSeat: '', feePerOrder: '80', feePercent: '2,5' };
  expect(rules.bodyOf(typed)).toMatchObject({
    price: { currency: 'JPY' },
    fees: { perSeat: 0, perOrder: 80, percent: 2.5 },
  });
});

test('what is no amount of the currency is refused at its field', () => {
  const values = { ...dropValues(drop, event), feePerSeat: 'some', feePerOrder: '1.505' };
  expect(rules.typed?.(values)).toEqual([
    { field: 'feePerSeat', fault: { code: 'not_number' } },
    { field: 'feePerOrder', fault: { code: 'too_many_decimals', params: { digits: 2, example: '65.00' } } },
  ]);
  expect(rules.fieldOf?.(['fees', 'percent'], values)).toBe('feePercent');
});

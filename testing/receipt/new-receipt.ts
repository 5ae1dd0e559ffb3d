import type { Receipt } from '../../shared/receipt/receipt.ts';

/** A receipt of two seats in EUR, with changes. */
export function newReceipt(changes: Partial<Receipt> = {}): Receipt {
  return {
    number: 'R-01MFZQK3X0000A-1',
    orderId: '01mfzqk3x0000a-1',
    locale: 'en',
    paidAt: '2026-11-30T00:10:00.000Z',
    currency: 'EUR',
    seller: {
      name: 'Björk & Søn Konzerte GmbH',
      address: 'Straße des 17. Juni 135\n10623 Berlin',
      taxNumber: 'DE123456789',
    },
    buyer: 'Łukasz Żółć',
    event: {
      title: 'A Night of Strings',
      venue: 'Old Mill',
      startsAt: '2027-03-05T19:30:00.000Z',
      timeZone: 'Europe/Berlin',
    },
    seats: [
      { section: 'Stalls', row: '2', number: 5, price: 4000, state: 'valid' },
      { section: 'Stalls', row: '2', number: 6, price: 4000, state: 'valid' },
    ],
    lines: [
      { kind: 'seats', amount: 8000 },
      { kind: 'fees', amount: 700 },
      { kind: 'platform_fees', amount: 300 },
    ],
    total: 9000,
    tax: { percent: 19, amount: 1437 },
    refunds: [],
    refunded: 0,
    ...changes,
  };
}

import type { OrderMailJob } from '../../lambda/send-email/mail-job.ts';

/** A mail job as the relay makes it, with changes. */
export function newMailJob(changes: Partial<OrderMailJob> = {}): OrderMailJob {
  return {
    id: 'order-paid.01mfzqk3x0000a-1',
    about: 'order-paid',
    to: { name: 'Sam Shopper', address: 'sam@seatdrop.test' },
    locale: 'en',
    order: {
      id: '01mfzqk3x0000a-1',
      url: 'https://seatdrop.test/orders/01mfzqk3x0000a-1',
      amount: 9000,
      currency: 'EUR',
    },
    event: {
      title: 'A Night of Strings',
      venue: 'Old Mill',
      startsAt: '2027-03-05T19:30:00.000Z',
      timeZone: 'Asia/Taipei',
    },
    seats: [
      { section: 'Stalls', row: '2', number: 5 },
      { section: 'Stalls', row: '2', number: 6 },
    ],
    ...changes,
  };
}

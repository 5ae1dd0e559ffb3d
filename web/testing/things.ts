/** A drop, its event and a user, as the API answers them. */
import type { Drop, DropState, Entry, Event, User } from '../src/api/types.ts';
import type { FoundOrder } from '../src/staff/queries.ts';
import { serverClock } from '../src/clock/server-clock.ts';

const minute = 60_000;
export const fromNow = (ms: number) => new Date(serverClock.now() + ms).toISOString();

export const shopper: User = { id: 7, name: 'Mara', email: 'mara@example.test', role: 'shopper' };

export function aDrop(changes: Partial<Drop> = {}): Drop {
  return {
    id: 1,
    eventId: 2,
    state: 'open',
    serverTime: fromNow(0),
    opensAt: fromNow(-10 * minute),
    closesAt: fromNow(60 * minute),
    termsVersion: 1,
    price: { amount: 2500, currency: 'EUR' },
    seatPrice: changes.price ?? { amount: 2500, currency: 'EUR' },
    capacity: 12,
    maxPerBuyer: 4,
    holdSeconds: 120,
    standbyLimit: 10,
    paySeconds: 300,
    lapsePauseSeconds: 60,
    sections: [{ name: 'Parkett', rows: 2, seatsPerRow: 6 }],
    question: { id: 1, text: 'Two and two?', choices: ['three', 'four'] },
    ...changes,
  };
}

export function anEvent(changes: Partial<Event> = {}): Event {
  return {
    id: 2,
    organizerId: 3,
    title: 'The Proms',
    description: 'Music.',
    venue: 'Hall',
    startsAt: fromNow(100 * 24 * 60 * minute),
    cancelled: false,
    timeZone: 'Europe/Berlin',
    drops: [],
    ...changes,
  };
}

export function aState(changes: Partial<DropState> = {}): DropState {
  return {
    dropId: 1,
    serverTime: fromNow(0),
    phase: 'open',
    opensAt: fromNow(-10 * minute),
    closesAt: fromNow(60 * minute),
    capacity: 12,
    free: 8,
    held: 2,
    sold: 2,
    standby: 0,
    soldOut: false,
    announcements: 0,
    termsVersion: 1,
    ...changes,
  };
}

export const noEntry: Entry = { status: 'none', version: 1 };

/** An order as its organizer finds it. */
export function aFoundOrder(changes: Partial<FoundOrder> = {}): FoundOrder {
  return {
    id: '01mfzqk3x0000a-1',
    dropId: 1,
    eventId: 2,
    eventTitle: 'The Proms',
    status: 'paid',
    amount: { amount: 9000, currency: 'EUR' },
    lines: [{ kind: 'seats', amount: { amount: 9000, currency: 'EUR' } }],
    refunded: { amount: 0, currency: 'EUR' },
    refunds: [],
    seats: [{ id: '1.5', section: 'Stalls', row: '2', number: 5, state: 'valid' }],
    buyer: { id: 7, name: 'Mara Moon', email: 'mara@example.test' },
    createdAt: fromNow(-minute),
    updatedAt: fromNow(-minute),
    ...changes,
  };
}

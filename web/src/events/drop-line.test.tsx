import { screen, within } from '@testing-library/react';
import { Route } from 'wouter';
import { answer } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { aDrop, anEvent, fromNow } from '../../testing/things.ts';
import type { Drop } from '../api/types.ts';
import EventPage from './event-page.tsx';
import EventsPage from './events-page.tsx';

const hour = 3_600_000;
const over = { closesAt: fromNow(-hour), opensAt: fromNow(-2 * hour) };

const cases: [string, Partial<Drop>, string][] = [
  [
    'Opens soon',
    { state: 'scheduled', opensAt: fromNow(24 * hour), closesAt: fromNow(25 * hour) },
    'Get ready',
  ],
  ['On sale', { availability: 'seats' }, 'Go to sale'],
  ['Few left', { availability: 'few' }, 'Go to sale'],
  ['Standby open', { availability: 'standby' }, 'Go to standby'],
  ['Sold out', { availability: 'none' }, 'View sale'],
  ['Paused', { state: 'paused' }, 'View sale'],
  ['Closed', { state: 'closed', ...over }, ''],
  // The list was read before the clock closed the drop.
  ['Closed', { state: 'open', availability: 'seats', ...over }, ''],
  ['Closed', { state: 'paused', ...over }, ''],
  ['Cancelled', { state: 'cancelled' }, ''],
];

test.each(cases)('“%s” is said on the page of its event, with the way there', async (words, changes, way) => {
  answer('get', '/events/2', anEvent({ drops: [aDrop(changes)] }));
  draw(<Route path="/events/:id" component={EventPage} />, { at: '/events/2' });
  const region = await screen.findByRole('region', { name: 'Sales' });
  expect(within(region).getByText(words)).toBeTruthy();
  expect(
    within(region)
      .queryAllByRole('link')
      .map(({ textContent }) => textContent),
  ).toEqual(way === '' ? [] : [way]);
});

test('each of them is said in the list of events', async () => {
  const items = cases.map(([, changes], index) =>
    anEvent({ id: index + 1, title: `Event ${index + 1}`, drops: [aDrop({ id: index + 1, ...changes })] }),
  );
  answer('get', '/events', { items, next: null });
  draw(<EventsPage />);
  for (const [index, [words]] of cases.entries()) {
    const card = (await screen.findByText(`Event ${index + 1}`)).closest('article, section')!;
    expect(within(card as HTMLElement).getByText(words)).toBeTruthy();
  }
});

async function featuredOf(drops: Partial<Drop>[]): Promise<string | null> {
  const items = drops.map((changes, index) =>
    anEvent({ id: index + 1, title: `Event ${index + 1}`, drops: [aDrop({ id: index + 1, ...changes })] }),
  );
  answer('get', '/events', { items, next: null });
  draw(<EventsPage />);
  await screen.findByText('Event 1');
  return document.querySelector('#next-drop')?.textContent ?? null;
}

const buyable: Partial<Drop> = { availability: 'seats' };
const standby: Partial<Drop> = { availability: 'standby' };
const soldOut: Partial<Drop> = { availability: 'none' };
const cancelled: Partial<Drop> = { state: 'cancelled' };
const comingIn = (ms: number): Partial<Drop> => ({
  state: 'scheduled',
  opensAt: fromNow(ms),
  closesAt: fromNow(ms + hour),
});

test.each<[string, Partial<Drop>[], string | null]>([
  ['what can be bought', [soldOut, comingIn(24 * hour), buyable, standby], 'Event 3'],
  ['what opens within the hour', [buyable, comingIn(hour / 2)], 'Event 2'],
  ['what opens next', [soldOut, comingIn(48 * hour), comingIn(24 * hour), standby], 'Event 3'],
  ['a place in standby rather than nothing', [soldOut, standby], 'Event 2'],
  ['nothing, when there is nothing to go to', [soldOut, cancelled, { state: 'open', ...over }], null],
])('the home page puts first: %s', async (_, drops, title) => {
  expect(await featuredOf(drops)).toBe(title);
});

test('of several sales of an event the one that can be bought is shown first', async () => {
  const drops = [
    aDrop({ id: 1, availability: 'none' }),
    aDrop({ id: 2, state: 'cancelled' }),
    aDrop({ id: 3, availability: 'few' }),
  ];
  answer('get', '/events/2', anEvent({ drops }));
  draw(<Route path="/events/:id" component={EventPage} />, { at: '/events/2' });
  const [first] = await screen.findAllByRole('link', { name: 'Go to sale' });
  expect(first?.getAttribute('href')).toBe('/drops/3');
});

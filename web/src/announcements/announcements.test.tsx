import { act, screen, waitFor } from '@testing-library/react';
import { answer, problem } from '../../testing/api.ts';
import { showDropPage } from '../../testing/drop-page.tsx';
import { aState } from '../../testing/things.ts';

jest.mock('../live/socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const made = (number: number) => ({
  number,
  text: `Announcement ${number}`,
  announcedAt: `2026-07-01T16:0${number}:00.000Z`,
});
const list = (...numbers: number[]) => ({ announcements: numbers.map(made) });
const panel = () => screen.findByRole('region', { name: 'From the organizer' });
/** The texts in the order in which the page shows them. */
const shown = () =>
  [...document.querySelectorAll('#stage ~ * ol li, ol li')].map(({ textContent }) => textContent);

test('a sale without announcements has no place for them, and nobody asks', async () => {
  const asked = answer('get', '/drops/1/announcements', list());
  await showDropPage();
  expect(screen.queryByRole('heading', { name: 'From the organizer' })).toBeNull();
  expect(asked.count).toBe(0);
});

test('who comes later sees the latest in full with the time at the event, and those before on demand', async () => {
  answer('get', '/drops/1/announcements', list(3, 2, 1));
  await showDropPage({ state: aState({ announcements: 3 }) });
  const { textContent } = await panel();
  expect(textContent).toMatch(
    /Announcement 3.*6:03 PM GMT.*2 earlier announcements.*Announcement 2.*Announcement 1/,
  );
  expect(document.querySelector('details')?.open).toBe(false);
});

test('one that is pushed is shown and read out, without asking, and once', async () => {
  const asked = answer('get', '/drops/1/announcements', list(1));
  const { socket, tell } = await showDropPage();
  const map = document.querySelector('[aria-describedby="seat-summary"]');
  for (const dropId of [1, 99, 1]) {
    act(() => socket.push('drop:announced', { dropId, announcement: made(1) }));
  }
  tell(aState({ announcements: 1 }));
  expect((await panel()).textContent).toContain('Announcement 1');
  expect(shown()).toHaveLength(1);
  // The map is still the same element: neither it nor its zoom was reset.
  expect(map?.isConnected).toBe(true);
  await waitFor(() =>
    expect(screen.getAllByRole('status').map(({ textContent }) => textContent)).toContain(
      'From the organizer: Announcement 1',
    ),
  );
  expect(asked.count).toBe(0);
});

test('one that was missed is asked for, until it is there', async () => {
  // nginx may answer from a cache that lacks the announcement, and the connection may be down.
  const asked = answer('get', '/drops/1/announcements', ({ count }) =>
    count === 1 ? list(1) : count === 2 ? problem(503, 'unavailable') : list(2, 1),
  );
  jest.spyOn(Math, 'random').mockReturnValue(0);
  const { tell } = await showDropPage({ state: aState({ announcements: 1 }) });
  expect((await panel()).textContent).toContain('Announcement 1');
  tell(aState({ announcements: 2 }));
  await waitFor(() => expect(shown()).toHaveLength(2), { timeout: 15_000 });
  expect(asked.count).toBeGreaterThanOrEqual(3);
});

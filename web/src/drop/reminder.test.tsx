import { screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { answer, noLine, problem } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { showDropPage } from '../../testing/drop-page.tsx';
import { aDrop, aState, fromNow, shopper } from '../../testing/things.ts';
import { en } from '../i18n/en.ts';
import Reminder from './reminder.tsx';

jest.mock('../live/socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const done = () => new Response(null, { status: 204 });
const minute = 60_000;
const calendar = { name: 'Add to calendar' };
/** Until its opening, by the answer of the API and over the socket. */
const waiting = (ms: number) => {
  const opensAt = fromNow(ms);
  return {
    drop: aDrop({ state: 'scheduled', opensAt }),
    state: aState({ phase: 'scheduled', opensAt }),
  };
};

test('it is set and undone, and what was refused is said and changes nothing', async () => {
  answer('get', '/drops/1/reminder', { set: false });
  const set = answer('put', '/drops/1/reminder', ({ count }) =>
    count === 1 ? problem(503, 'unavailable') : done(),
  );
  const removed = answer('delete', '/drops/1/reminder', done);
  draw(<Reminder dropId={1} user={shopper} />);
  const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));
  await screen.findByText(/^We can remind you/);
  expect(set.count).toBe(0);
  await press('Remind me');
  await screen.findByText(en.problems.unavailable);
  await press('Remind me');
  await screen.findByText(/^We will remind you/);
  expect(screen.queryByText(en.problems.unavailable)).toBeNull();
  await press('Do not remind me');
  await screen.findByText(/^We can remind you/);
  expect([set.count, removed.count]).toEqual([2, 1]);
});

test('one that could not be read is asked for again before it is changed', async () => {
  answer('get', '/drops/1/reminder', problem(422, 'invalid_request'));
  draw(<Reminder dropId={1} user={shopper} />);
  await screen.findByText(en.problems.generic);
  answer('get', '/drops/1/reminder', { set: true });
  await userEvent.click(screen.getByRole('button', { name: 'Remind me' }));
  await screen.findByRole('button', { name: 'Do not remind me' });
  answer('delete', '/drops/1/reminder', noLine);
  await userEvent.click(screen.getByRole('button', { name: 'Do not remind me' }));
  await screen.findByText(en.problems.unreachable);
  screen.getByText(/^We will remind you/);
});

test('guests and banned users get the calendar entry only', async () => {
  for (const user of [null, { ...shopper, scope: 'tickets' as const }]) {
    const { unmount } = draw(<Reminder dropId={1} user={user} />, { locale: 'zh-Hant' });
    const link = screen.getByRole<HTMLAnchorElement>('link', { name: '加入行事曆' });
    expect(link.pathname).toBe('/api/drops/1/opening.ics');
    expect(screen.queryByRole('button')).toBeNull();
    unmount();
  }
});

test('it is on the page of a drop until a reminder would come too late', async () => {
  await showDropPage(waiting(20 * minute));
  await screen.findByRole('link', calendar);
});

test('shortly before the opening pages do not ask for it', async () => {
  await showDropPage(waiting(10 * minute));
  await screen.findByText(/No need to refresh/);
  expect(screen.queryByRole('link', calendar)).toBeNull();
});

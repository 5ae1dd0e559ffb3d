import { act, fireEvent, screen } from '@testing-library/react';
import { Suspense } from 'react';
import { Route } from 'wouter';
import { answer, noLine, problem } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import { anEvent, fromNow } from '../../../testing/things.ts';
import { en } from '../../staff/words/en.ts';
import CheckInPage from './check-in-page.tsx';

const words = en.checkIn;
const seat = { id: '1.1', section: 'Parkett', row: '1', number: 1 };
const checkIns = '/events/2/check-ins';

async function drawDoor(startsAt = fromNow(3_600_000)) {
  answer('get', '/auth/me', {
    user: { id: 3, name: 'Olga', email: 'olga@example.test', role: 'organizer' },
  });
  answer('get', '/events/2', anEvent({ startsAt }));
  answer('get', checkIns, { sold: 4, checkedIn: 0 });
  // The texts come by a promise, which suspends the page for a moment.
  await act(async () => {
    draw(
      <Suspense>
        <Route path="/organize/events/:id/check-in">
          <CheckInPage />
        </Route>
      </Suspense>,
      { at: '/organize/events/2/check-in' },
    );
    await Promise.resolve();
  });
}

/** A press takes effect after a promise. */
const click = (button: HTMLElement) => act(async () => Promise.resolve(fireEvent.click(button)));

async function scan(code: string) {
  fireEvent.change(await screen.findByLabelText(words.code), { target: { value: code } });
  await click(screen.getByRole('button', { name: words.check }));
}

const letIn = { seat, order: {}, checkedInAt: fromNow(0), again: false };

test('a scan without an answer is asked again with the same nonce, another one has its own', async () => {
  await drawDoor();
  const asked = answer('post', checkIns, ({ count }) =>
    count === 1 ? noLine() : count === 2 ? problem(503, 'unavailable', {}, 0) : letIn,
  );
  await scan('first');
  await screen.findByRole('heading', { name: words.letIn });
  await scan('second');
  await screen.findByText(words.recent);
  const bodies = asked.bodies as { code: string; nonce: string }[];
  expect(bodies.map(({ code }) => code)).toEqual(['first', 'first', 'first', 'second']);
  expect(new Set(bodies.slice(0, 3).map(({ nonce }) => nonce)).size).toBe(1);
  expect(new Set(bodies.map(({ nonce }) => nonce)).size).toBe(2);
  for (const { nonce } of bodies) expect(nonce).toMatch(/^[0-9a-f]{32}$/);
});

test('what the server refuses is not asked again', async () => {
  await drawDoor();
  const asked = answer('post', checkIns, () => problem(409, 'already_checked_in', { seat }));
  await scan('used');
  await screen.findByRole('heading', { name: words.again });
  expect(asked.count).toBe(1);
});

test('who was let in by mistake is taken back', async () => {
  await drawDoor();
  answer('post', checkIns, letIn);
  const undone = answer('post', `${checkIns}/undo`, { ...letIn, undoneAt: fromNow(0) });
  await scan('wrong');
  await click(await screen.findByRole('button', { name: words.undo }));
  await screen.findByRole('heading', { name: words.undone });
  expect(undone.bodies).toMatchObject([{ code: 'wrong' }]);
});

test('tickets of an event that is more than a day away are checked only by those who are sure', async () => {
  await drawDoor(fromNow(25 * 3_600_000));
  const sure = await screen.findByRole('button', { name: words.anotherDayYes });
  expect(screen.queryByLabelText(words.code)).toBeNull();
  fireEvent.click(sure);
  await screen.findByLabelText(words.code);
});

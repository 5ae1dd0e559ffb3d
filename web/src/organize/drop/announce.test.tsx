import { act, cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { answer, noLine, problem } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import { aState } from '../../../testing/things.ts';
import { emptyFeed } from '../../live/drop-feed.ts';
import { Announce } from './announce.tsx';

const path = '/drops/1/announcements';
const text = 'Doors open at 19:00.';

async function show(announcements = 0) {
  const feed = { ...emptyFeed, state: aState({ announcements }) };
  // The texts come by a promise, which suspends the page for a moment.
  await act(
    async () => void draw(<Announce dropId={1} feed={feed} timeZone="Europe/Berlin" watching={1234} />),
  );
}

const field = () => screen.getByLabelText<HTMLTextAreaElement>('Announcement');
const type = (value: string) => fireEvent.change(field(), { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
const confirm = async () => {
  const dialog = await screen.findByRole('alertdialog');
  const yes = [...dialog.querySelectorAll('button')].find(({ textContent }) => textContent === 'Announce');
  fireEvent.click(yes!);
  return dialog;
};

test('it is shown once more with how many see it, and made only then', async () => {
  const asked = answer('post', path, { number: 1, text, announcedAt: '2026-07-01T16:00:00.000Z' });
  await show();
  type(` ${text} `);
  expect(screen.getByText(/^20 of 500 characters/)).toBeTruthy();
  press('Announce');
  const dialog = await screen.findByRole('alertdialog');
  expect(dialog.textContent).toContain('About 1,234 open pages (this one included)');
  expect(dialog.textContent).toContain(text);
  expect(asked.count).toBe(0);
  await confirm();
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  expect(asked.bodies).toMatchObject([{ text: ` ${text} ` }]);
  expect(field().value).toBe('');
  expect(screen.getByText('Announced so far: 1')).toBeTruthy();
  expect(screen.getByText(/6:00 PM/)).toBeTruthy();
});

test.each([
  ['', 'Required'],
  [' \n ', 'Required'],
  ['x'.repeat(501), 'At most 500 characters.'],
  ['a \u202egpj.exe', 'This text has hidden characters. Type it instead of pasting it.'],
])('nothing is asked for %j', async (typed, fault) => {
  const asked = answer('post', path, {});
  await show();
  type(typed);
  press('Announce');
  expect(await screen.findByText(fault)).toBeTruthy();
  expect(field().getAttribute('aria-invalid')).toBe('true');
  expect(screen.queryByRole('alertdialog')).toBeNull();
  expect(asked.count).toBe(0);
});

test('tried again without an answer it is the same announcement, another text is another one', async () => {
  const asked = answer('post', path, ({ count }) =>
    count === 1 ? noLine() : { number: 1, text, announcedAt: '2026-07-01T16:00:00.000Z' },
  );
  await show();
  type(text);
  press('Announce');
  await confirm();
  await screen.findByText(/could not reach the server/i);
  await confirm();
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  type(`${text} Again.`);
  press('Announce');
  await confirm();
  await waitFor(() => expect(asked.count).toBe(3));
  const [first, second, third] = (asked.bodies as { nonce: string }[]).map(({ nonce }) => nonce);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test('a refusal is said in the dialog, and what was typed stays', async () => {
  answer('post', path, problem(409, 'too_many_announcements'));
  await show();
  type(text);
  press('Announce');
  await confirm();
  expect(await screen.findByText('This sale has reached the maximum number of announcements.')).toBeTruthy();
  expect(field().value).toBe(text);
});

test('a sale with as many as it can have offers none', async () => {
  answer('get', path, { announcements: [] });
  await show(50);
  expect(await screen.findByText('This sale has 50 announcements. No more can be made.')).toBeTruthy();
  expect(screen.queryByLabelText('Announcement')).toBeNull();
});

test('what the server finds in the text is shown at its field', async () => {
  const errors = [{ pointer: '/text', code: 'hidden_characters', message: 'x' }];
  answer('post', path, problem(422, 'invalid_request', { errors }));
  await show();
  type(text);
  press('Announce');
  await confirm();
  expect(
    await screen.findByText('This text has hidden characters. Type it instead of pasting it.'),
  ).toBeTruthy();
  expect(field().getAttribute('aria-invalid')).toBe('true');
  expect(screen.queryByRole('alertdialog')).toBeNull();
});

test('a field that its reader passes by is not marked as required', async () => {
  await show();
  press('Announce');
  await screen.findByText('Required');
  type(text);
  await waitFor(() => expect(screen.queryByText('Required')).toBeNull());
  cleanup();
  // The rules are loaded now, so a check takes no time.
  await show();
  fireEvent.focus(field());
  fireEvent.blur(field());
  fireEvent.pointerUp(document);
  await act(() => new Promise((resolve) => setTimeout(resolve, 100)));
  expect(screen.queryByText('Required')).toBeNull();
});

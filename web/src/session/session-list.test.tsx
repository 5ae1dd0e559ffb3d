import { screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { answer, problem } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { shopper } from '../../testing/things.ts';
import { en } from '../i18n/en.ts';
import OwnAccountPage from './own-account-page.tsx';

const time = '2026-07-01T16:00:00.000Z';
const session = (id: string, changes: object = {}) => ({
  id,
  current: false,
  madeAt: time,
  seenAt: time,
  browser: 'Firefox',
  system: 'Linux',
  address: '192.0.2.1',
  ...changes,
});
const own = session('own', { current: true, browser: 'Safari', system: 'iOS' });
const laptop = session('laptop');
const program = session('program', { browser: null, system: null, address: '2001:db8:1:2::/64' });

beforeEach(() => {
  answer('get', '/auth/me', { user: shopper });
  answer('get', '/me/organizer-request', { request: null, mayAsk: true, mayAskAt: time });
  answer('get', '/auth/second-factor', {
    isCompulsory: false,
    isProven: false,
    passkeysPossible: true,
    passkeys: [],
    appAddedAt: null,
    recoveryCodesLeft: 0,
  });
  answer('get', '/me/notifications', { channels: ['email'], kinds: [], phone: null });
});

/** The server's list, from which a session is removed when it is ended. */
function serve(...sessions: ReturnType<typeof session>[]) {
  let left = sessions;
  answer('get', '/auth/sessions', () => ({ sessions: left }));
  answer('delete', '/auth/sessions/:id', ({ params }) => {
    left = left.filter(({ id }) => id !== params['id']);
    return new Response(null, { status: 204 });
  });
  return answer('delete', '/auth/sessions', () => {
    left = left.filter(({ current }) => current);
    return new Response(null, { status: 204 });
  });
}

const rows = async () => {
  const heading = await screen.findByRole('heading', { name: 'Where you are signed in' });
  const items = await within(heading.closest('section')!).findAllByRole('listitem');
  return items as [HTMLElement, HTMLElement, HTMLElement];
};

test('sessions are listed with device, time and place; this one is marked and cannot be ended here', async () => {
  serve(own, laptop, program);
  draw(<OwnAccountPage />);
  const [first, second, third] = await rows();
  expect(first.textContent).toMatch(/^Safari on iOSThis deviceSigned in .*192\.0\.2\.1$/);
  expect(within(first).queryByRole('button')).toBeNull();
  expect(second.textContent).toMatch(/^Firefox on LinuxSigned in .* · 192\.0\.2\.1Last used about .*End$/);
  within(third).getByRole('button', { name: 'End', description: 'Unknown device' });
});

test('one is ended by its button, all others after a question, and then only this one is left', async () => {
  const endedAll = serve(own, laptop, program);
  draw(<OwnAccountPage />);
  const user = userEvent.setup();
  const [, second] = await rows();
  await user.click(within(second).getByRole('button', { name: 'End' }));
  await screen.findByText('Firefox on Linux is signed out.');
  expect(await rows()).toHaveLength(2);
  expect(document.activeElement?.textContent).toBe('Where you are signed in');

  await user.click(screen.getByRole('button', { name: 'End all others' }));
  const dialog = await screen.findByRole('alertdialog');
  expect(endedAll.count).toBe(0);
  await user.click(within(dialog).getByRole('button', { name: 'End all others' }));
  await screen.findByText('You were signed out everywhere else.');
  await screen.findByText('You are not signed in anywhere else.');
  expect(await rows()).toHaveLength(1);
  expect(endedAll.count).toBe(1);
  expect(screen.queryByRole('button', { name: 'End all others' })).toBeNull();
});

test('what cannot be ended is said, and the list is read again', async () => {
  serve(own, laptop);
  answer('delete', '/auth/sessions/:id', problem(503, 'unavailable'));
  draw(<OwnAccountPage />);
  const [, second] = await rows();
  await userEvent.click(within(second).getByRole('button', { name: 'End' }));
  await screen.findByText(en.problems.unavailable);
  expect(await rows()).toHaveLength(2);
});

test('a list that cannot be loaded leaves the rest of the page usable, and can be asked for again', async () => {
  answer('get', '/auth/sessions', problem(422, 'invalid_request'));
  draw(<OwnAccountPage />);
  await screen.findByRole('button', { name: 'Try again' });
  screen.getByRole('button', { name: 'Change the password' });
  serve(own);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByText('You are not signed in anywhere else.');
});

test('a banned user, whose session shows tickets only, is not asked', async () => {
  answer('get', '/auth/me', { user: shopper, scope: 'tickets' });
  const asked = answer('get', '/auth/sessions', { sessions: [own] });
  draw(<OwnAccountPage />, { locale: 'zh-Hant' });
  await screen.findByText(shopper.email);
  expect(screen.queryByRole('button', { name: '變更密碼' })).toBeNull();
  expect(asked.count).toBe(0);
});

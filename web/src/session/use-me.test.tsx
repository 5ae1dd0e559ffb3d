import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useQuery } from '@tanstack/react-query';
import { answer, problem } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { shopper } from '../../testing/things.ts';
import { passTime, stopTime } from '../../testing/time.ts';
import { one } from '../api/reading.ts';
import { createQueryClient } from '../api/queries.ts';
import { Options } from '../shell/options.tsx';
import { SignInFirst } from './sign-in-first.tsx';
import { keepSession, useMe, useSignedIn } from './use-me.ts';

function Who() {
  const me = useMe();
  return <p>{me === undefined ? 'not known' : (me?.name ?? 'nobody')}</p>;
}

function Secret() {
  const { data } = useQuery({ ...one<{ text: string }>(['secret'], '/secret'), retry: false });
  return <p>{data?.text ?? 'nothing to read'}</p>;
}

let stop: (() => void) | undefined;
afterEach(() => stop?.());

function keptClient() {
  const client = createQueryClient();
  stop = keepSession(client);

  return client;
}

test('a 401 for anything makes the page ask who is signed in', async () => {
  let isOver = false;
  answer('get', '/auth/me', () => (isOver ? problem(401, 'not_signed_in') : { user: shopper }));
  answer('get', '/secret', () => (isOver ? problem(401, 'not_signed_in') : { text: 'for Mara' }));
  const client = keptClient();
  draw(
    <>
      <Who />
      <Secret />
    </>,
    { client },
  );
  await screen.findByText('Mara');
  await screen.findByText('for Mara');
  isOver = true;
  act(() => void client.refetchQueries({ queryKey: ['secret'] }));
  await screen.findByText('nobody');
});

test('a 401 from before the last signing in signs nobody out', async () => {
  const asked = answer('get', '/auth/me', { user: shopper });
  answer('get', '/secret', problem(401, 'not_signed_in'));
  draw(
    <>
      <Who />
      <Secret />
    </>,
    { client: keptClient() },
  );
  await screen.findByText('Mara');
  await waitFor(() => expect(asked.count).toBeGreaterThan(0));
  expect(screen.queryByText('nobody')).toBeNull();
});

test('while nobody can be asked who is signed in, the page says so, and goes on by itself', async () => {
  stopTime();
  let isDown = true;
  answer('get', '/auth/me', () => (isDown ? problem(503, 'unavailable') : { user: shopper }));
  draw(<SignInFirst why="To see it">{(user) => <p>Seen by {user.name}</p>}</SignInFirst>, {
    client: keptClient(),
  });
  await passTime(30_000);
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  isDown = false;
  await passTime(30_000);
  expect(screen.getByText('Seen by Mara')).toBeTruthy();
});

test('signing out forgets all that was read before', async () => {
  answer('get', '/auth/me', { user: shopper });
  answer('post', '/auth/signout', {});
  answer('get', '/secret', () => ({ text: 'for Mara' }));
  const client = keptClient();
  client.setQueryData(['read before'], 'by Mara');
  draw(
    <>
      <Options />
      <Secret />
    </>,
    { client },
  );
  await screen.findByText('for Mara');
  answer('get', '/secret', problem(401, 'not_signed_in'));
  await userEvent.click(await screen.findByText('Sign out'));
  await screen.findByText('nothing to read');
  expect(client.getQueryData(['read before'])).toBeUndefined();
});

test('signing out that did not work says so', async () => {
  answer('get', '/auth/me', { user: shopper });
  answer('post', '/auth/signout', problem(503, 'unavailable'));
  draw(<Options />, { client: keptClient() });
  await userEvent.click(await screen.findByText('Sign out'));
  await screen.findByText('We are very busy at the moment.');
  expect(screen.getByText('Sign out')).toBeTruthy();
});

test('signing in is not undone by an answer of before', async () => {
  let reply: (answered: Response) => void = () => {};
  answer('get', '/auth/me', () => new Promise<Response>((resolve) => (reply = resolve)));
  function SignIn() {
    const note = useSignedIn();
    return <button onClick={() => note(shopper)}>Enter</button>;
  }
  draw(
    <>
      <SignIn />
      <Who />
    </>,
    { client: keptClient() },
  );
  await userEvent.click(screen.getByText('Enter'));
  await screen.findByText('Mara');
  await act(async () => reply(problem(401, 'not_signed_in')));
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  expect(screen.getByText('Mara')).toBeTruthy();
});

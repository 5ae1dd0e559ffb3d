/** The drop's page with its API and its socket, for tests of what it shows. */
import type { QueryClient } from '@tanstack/react-query';
import { act, waitFor } from '@testing-library/react';
import { Route, Switch } from 'wouter';
import type { Drop, DropState, Entry, Event } from '../src/api/types.ts';
import DropPage from '../src/drop/drop-page.tsx';
import { answer } from './api.ts';
import { draw } from './draw.tsx';
import { sockets, type TestSocket } from './socket.ts';
import { aDrop, anEvent, aState, noEntry, shopper } from './things.ts';

type Scene = {
  drop?: Drop;
  state?: DropState;
  entry?: Entry;
  /** Answers the request for the event. */
  event?: () => Promise<Event | Response>;
  at?: string;
  /** False if nobody is signed in. */
  signedIn?: boolean;
};

/** The socket is connected; the test can take it away. */
export async function showDropPage({
  state = aState(),
  drop = aDrop({ state: state.phase }),
  entry = noEntry,
  event = () => Promise.resolve(anEvent()),
  at = '/drops/1',
  signedIn = true,
}: Scene = {}): Promise<{
  socket: TestSocket;
  say: (entry: Entry) => void;
  tell: (state: DropState) => void;
  client: QueryClient;
}> {
  const now = { entry, state };
  if (signedIn) answer('get', '/auth/me', { user: shopper });
  else answer('get', '/auth/me', () => Response.json({ code: 'not_signed_in' }, { status: 401 }));
  answer('get', '/drops/1', () => ({ ...drop }));
  answer('get', '/events/2', event);
  answer('get', '/drops/1/entry', () => now.entry);
  answer('get', '/drops/1/seats', () => ({ drop: now.state, rows: ['......', '......'] }));
  answer('get', '/drops/1/reminder', { set: false });
  const opened = sockets.length;
  const { client } = draw(
    <Switch>
      <Route path="/drops/:id/:step?" component={DropPage} />
      <Route>Elsewhere</Route>
    </Switch>,
    { at },
  );
  await waitFor(() => expect(document.querySelector('#stage')).not.toBeNull(), { timeout: 10_000 });
  const socket = sockets.at(-1)!;
  if (sockets.length === opened) throw new Error('no socket was opened');
  await act(async () => {
    socket.open();
    socket.watches.shift()?.({ ok: true, drop: now.state, entry: now.entry, seats: ['......', '......'] });
    await Promise.resolve();
  });
  return {
    client,
    socket,
    /** Sets the entry that the API answers from now on, and pushes it. */
    say(next) {
      now.entry = next;
      act(() => socket.push('entry:outcome', { dropId: 1, entry: next }));
    },
    tell(next) {
      now.state = next;
      act(() => socket.push('drop:state', next));
    },
  };
}

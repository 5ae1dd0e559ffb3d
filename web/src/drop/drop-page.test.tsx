import { act, cleanup, screen, waitFor } from '@testing-library/react';
import { answer } from '../../testing/api.ts';
import { showDropPage } from '../../testing/drop-page.tsx';
import { sockets } from '../../testing/socket.ts';
import { aDrop, anEvent, aState, noEntry } from '../../testing/things.ts';
import { passTime, stopTime } from '../../testing/time.ts';
import type { Entry, Event } from '../api/types.ts';

jest.mock('../live/socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const paying: Entry = { status: 'paying', version: 2, seats: ['0.1'] };

test('asking whether a payment is decided ends with the page, also when it was left while an answer was under way', async () => {
  await showDropPage({ entry: paying });
  const answers: (() => void)[] = [];
  const asked = answer(
    'get',
    '/drops/1/entry',
    () => new Promise<Entry>((resolve) => answers.push(() => resolve(paying))),
  );
  // It is asked again automatically after a moment.
  await waitFor(() => expect(answers).toHaveLength(1));
  stopTime();
  cleanup();
  answers[0]?.();
  await passTime(30_000);
  expect(asked.count).toBe(1);
});

test('the form comes with the title, which would otherwise move it', async () => {
  let tellEvent: (event: Event) => void = () => {};
  const shown = showDropPage({ event: () => new Promise((resolve) => (tellEvent = resolve)) });
  await screen.findByRole('heading', { name: 'Loading' });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(screen.queryByRole('button', { name: /^Buy / })).toBeNull();
  tellEvent(anEvent());
  await shown;
  expect(screen.getByRole('link', { name: anEvent().title })).toBeTruthy();
  expect(screen.getByRole('button', { name: /^Buy / })).toBeTruthy();
});

test('nobody has to wait for a title that does not come', async () => {
  await showDropPage({ event: () => new Promise(() => {}) });
  expect(screen.getByRole('heading', { name: 'Loading' })).toBeTruthy();
  expect(screen.getByRole('button', { name: /^Buy / })).toBeTruthy();
}, 15_000);

test('the form stays when a title that could not be had is asked for again', async () => {
  let answers: Promise<Event | Response> = Promise.resolve(new Response(null, { status: 404 }));
  const { client } = await showDropPage({ event: () => answers });
  expect(await screen.findByRole('button', { name: /^Buy / })).toBeTruthy();
  answers = new Promise(() => {});
  void client.refetchQueries({ queryKey: ['events'] });
  await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
  expect(client.isFetching({ queryKey: ['events'] })).toBe(1);
  expect(screen.getByRole('button', { name: /^Buy / })).toBeTruthy();
});

test('terms learned while there was no live line do not outlive what is told later', async () => {
  const drop = aDrop();
  const start = Date.parse(drop.serverTime);
  const later = (ms: number) => new Date(start + ms).toISOString();
  const { socket, tell } = await showDropPage({ drop });
  await screen.findByRole('heading', { name: 'The sale is open' });
  stopTime();
  act(() => socket.drop());
  drop.state = 'paused';
  drop.serverTime = later(1_000);
  answer('get', '/drops/1/seats', () => new Response(null, { status: 503 }));
  await passTime(6_000);
  expect(screen.getByRole('heading', { name: 'The sale is paused' })).toBeTruthy();

  await act(async () => {
    socket.open();
    const state = aState({ serverTime: later(2_000) });
    for (const watch of sockets.at(-1)!.watches.splice(0)) watch({ ok: true, drop: state, entry: noEntry });
    await Promise.resolve();
  });
  await passTime(1_000);
  expect(screen.getByRole('heading', { name: 'The sale is open' })).toBeTruthy();
  tell(aState({ phase: 'paused', serverTime: later(3_000) }));
  expect(screen.getByRole('heading', { name: 'The sale is paused' })).toBeTruthy();
});

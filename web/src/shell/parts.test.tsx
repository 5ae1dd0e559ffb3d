import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { api } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { Part, part, reloadForNewBuilds } from './parts.tsx';
import { reloadPage } from './reload.ts';

jest.mock('./reload.ts', () => ({ reloadPage: jest.fn() }));
const reload = jest.mocked(reloadPage);

let isOnline = false;
let asked = 0;
beforeEach(() => {
  isOnline = false;
  asked = 0;
  reload.mockReset();
  api.use(
    http.get('/', () => {
      asked += 1;
      return isOnline ? HttpResponse.text('<!doctype html>') : HttpResponse.error();
    }),
  );
  // React logs every error that a boundary catches.
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

const Absent = part<() => null>(() => Promise.reject(new TypeError('Failed to fetch')));

test('a part that does not come is said to be missing, and the rest of the page stays', async () => {
  draw(
    <>
      <p>The rest</p>
      <Part>
        <Absent />
      </Part>
    </>,
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Reload' }));
  await waitFor(() => expect(asked).toBe(1));
  expect(screen.getByText('The rest')).toBeTruthy();
  expect(reload).not.toHaveBeenCalled();

  isOnline = true;
  act(() => void window.dispatchEvent(new Event('online')));
  await waitFor(() => expect(reload).toHaveBeenCalledTimes(1));
});

test('a page of an older build is loaded again once the server answers, and only then', async () => {
  let now = 1_000_000;
  const stop = reloadForNewBuilds(() => now);
  window.dispatchEvent(new Event('vite:preloadError'));
  await waitFor(() => expect(asked).toBe(1));
  expect(reload).not.toHaveBeenCalled();

  isOnline = true;
  now += 60_000;
  window.dispatchEvent(new Event('vite:preloadError'));
  await waitFor(() => expect(reload).toHaveBeenCalledTimes(1));
  // If the reload did not help, the page does not reload for ever.
  window.dispatchEvent(new Event('vite:preloadError'));
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  expect(asked).toBe(2);
  stop();
});

test('a fault of ours is not taken for a part that is missing', () => {
  function Broken(): never {
    throw new Error('ours');
  }
  expect(() =>
    draw(
      <Part>
        <Broken />
      </Part>,
    ),
  ).toThrow('ours');
});

import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { Link } from 'wouter';
import { answer, problem } from '../testing/api.ts';
import { draw } from '../testing/draw.tsx';
import { App } from './app.tsx';
import { reloadPage } from './shell/reload.ts';

jest.mock('./shell/reload.ts', () => ({ reloadPage: jest.fn() }));

function Broken(): never {
  throw new Error('A fault of ours');
}
const Whole = () => <Link href="/signin">To the page that breaks</Link>;

let faults: jest.SpyInstance;
beforeEach(() => {
  answer('get', '/auth/me', () => problem(401, 'not_signed_in'));
  faults = jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

test('header and footer stay, and it offers to load anew or to go back to a page that is whole', async () => {
  draw(<App pages={{ '/': Whole, '/signin': Broken }} />);
  await userEvent.click(screen.getByText('To the page that breaks'));
  await screen.findByRole('heading', { name: 'This page has stopped working' });
  expect(faults.mock.calls.flat().some((said) => String(said).includes('A fault of ours'))).toBe(true);
  screen.getByRole('banner');
  screen.getByRole('contentinfo');
  expect(screen.getAllByRole('main')).toHaveLength(1);

  await userEvent.click(screen.getByRole('button', { name: 'Reload' }));
  expect(reloadPage).toHaveBeenCalledTimes(1);
  await userEvent.click(screen.getByRole('button', { name: 'Back' }));
  await screen.findByText('To the page that breaks');
});

test('other pages are shown afterwards, by whatever way somebody goes there', async () => {
  draw(<App pages={{ '/': Whole, '/signin': Broken }} />, { at: '/signin' });
  await screen.findByRole('heading', { name: 'This page has stopped working' });
  await act(async () => history.pushState(null, '', '/'));
  await screen.findByText('To the page that breaks');
  await act(async () => history.pushState(null, '', '/nowhere'));
  await screen.findByRole('heading', { name: 'Page not found' });
});

test('a page that breaks for one thing is drawn for another', async () => {
  const Thing = () => {
    if (location.pathname.endsWith('/1')) throw new Error('A fault of ours');
    return <p>Whole</p>;
  };
  draw(<App pages={{ '/orders/:id': Thing }} />, { at: '/orders/1' });
  await screen.findByRole('heading', { name: 'This page has stopped working' });
  await act(async () => history.pushState(null, '', '/orders/2'));
  await waitFor(() => expect(screen.getByText('Whole')).toBeTruthy());
});

import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { answer, problem } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { anEvent, fromNow } from '../../testing/things.ts';
import SignInPage from '../session/sign-in-page.tsx';
import SignUpPage from '../session/sign-up-page.tsx';
import { DropForm } from './drop-form/drop-form.tsx';
import { EventForm } from './event-form/event-form.tsx';

/** The words of the staff's pages are loaded when they are first needed. */
const drawn = (form: ReactNode) => act(async () => void draw(form));
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
const inReadingOrder = () =>
  Array.from(document.querySelectorAll('[aria-invalid="true"]'), (field) => {
    const { id } = field as HTMLInputElement;
    return (
      field.getAttribute('aria-label') ?? document.querySelector(`label[for="${id}"]`)?.textContent ?? ''
    );
  });

async function untilFaults(): Promise<void> {
  await waitFor(() => expect(document.querySelector('[aria-invalid="true"], [data-fault]')).not.toBeNull());
}

test('a new sale: what is empty, what is wrong by itself, and what does not go together', async () => {
  await drawn(<DropForm event={anEvent()} />);
  const [opens, closes] = [screen.getByLabelText('Sale opens'), screen.getByLabelText('Sale closes')];
  await userEvent.clear(closes);
  await userEvent.type(closes, (opens as HTMLInputElement).value);
  await userEvent.clear(screen.getByLabelText('Places in standby'));
  await press('Create sale');
  await untilFaults();
  expect(inReadingOrder()).toEqual([
    'Sale closes',
    'Section',
    'Rows',
    'Seats per row',
    'Price per seat',
    'Places in standby',
    'Question',
    'Choice 1',
    'Choice 2',
    'Choice 3',
  ]);
  expect(document.activeElement).toBe(closes);
  // Two empty choices are not "the same".
  expect(screen.queryByText('Two choices are the same.')).toBeNull();
});

test('two sections and two choices of one name are told beside what is empty', async () => {
  await drawn(<DropForm event={anEvent()} />);
  await press('Add section');
  for (const section of screen.getAllByLabelText('Section')) await userEvent.type(section, 'Floor');
  for (const rows of screen.getAllByLabelText('Rows')) await userEvent.type(rows, '1');
  for (const seats of screen.getAllByLabelText('Seats per row')) await userEvent.type(seats, '1');
  for (const choice of [1, 2]) await userEvent.type(screen.getByLabelText(`Choice ${choice}`), 'Cello');
  await press('Create sale');
  await untilFaults();
  screen.getByText('Two sections have the same name.');
  screen.getByText('Two choices are the same.');
  expect(inReadingOrder()).toEqual(['Price per seat', 'Max. seats per buyer', 'Question', 'Choice 3']);
  // In the form, the sections come before the price.
  expect(document.activeElement?.textContent).toBe('Two sections have the same name.');
});

test('what the server finds is gone to in reading order, not in the order of its answer', async () => {
  answer('post', '/events', () =>
    problem(422, 'invalid_request', {
      errors: [
        { pointer: '/description', message: 'x' },
        { pointer: '/venue', message: 'x' },
      ],
    }),
  );
  await drawn(<EventForm />);
  await userEvent.type(screen.getByLabelText('Title'), 'The Proms');
  await userEvent.type(screen.getByLabelText('Venue'), 'Hall');
  await userEvent.type(screen.getByLabelText('Begins'), fromNow(86_400_000 * 40).slice(0, 16));
  await press('Save and set up the sale');
  await untilFaults();
  expect(inReadingOrder()).toEqual(['Venue', 'Description']);
  expect(document.activeElement).toBe(screen.getByLabelText('Venue'));
});

test('a new event', async () => {
  await drawn(<EventForm />);
  await userEvent.type(screen.getByLabelText('Description'), 'Music.');
  await press('Save and set up the sale');
  await untilFaults();
  expect(inReadingOrder()).toEqual(['Title', 'Venue', 'Begins']);
  expect(document.activeElement).toBe(screen.getByLabelText('Title'));
});

test('an account: each field that is wrong, then what the server says', async () => {
  answer('get', '/auth/me', () => problem(401, 'not_signed_in'));
  const { unmount } = draw(<SignUpPage />, { at: '/signup' });
  await press('Create account');
  await untilFaults();
  expect(inReadingOrder()).toEqual(['Name', 'E-mail', 'Password']);
  expect(document.activeElement).toBe(screen.getByLabelText('Name'));
  unmount();

  answer('post', '/auth/signin', () => problem(401, 'wrong_credentials'));
  draw(<SignInPage />, { at: '/signin' });
  await press('Sign in');
  await untilFaults();
  expect(inReadingOrder()).toEqual(['E-mail', 'Password']);
  await userEvent.type(screen.getByLabelText('E-mail'), 'mara@example.test');
  await userEvent.type(screen.getByLabelText('Password'), 'not this one');
  await press('Sign in');
  const said = await screen.findByText('E-mail address or password is wrong.');
  await waitFor(() => expect(document.activeElement).toBe(said));
});

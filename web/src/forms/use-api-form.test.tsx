import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { answer, problem } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { aDrop, anEvent, fromNow } from '../../testing/things.ts';
import SignInPage from '../session/sign-in-page.tsx';
import SignUpPage from '../session/sign-up-page.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { DropForm } from '../organize/drop-form/drop-form.tsx';
import { EventForm } from '../organize/event-form/event-form.tsx';
import { MoveClosing } from '../organize/drop/move-closing.tsx';
import { faultWords } from './words.ts';

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
        { pointer: '/description', code: 'too_long', params: { maximum: 9 }, message: 'x' },
        { pointer: '/venue', code: 'one_of_a_later_version', message: 'x' },
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
  screen.getByText('At most 9 characters.');
  screen.getByText('This value is not valid.');
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

const taken = {
  errors: [
    {
      pointer: '/sections/0/name',
      code: 'section_taken',
      params: { dropId: 5 },
      message: 'In drop 5 of this event',
    },
  ],
};

test.each([
  ['en', 'Section', 'Sale 5 of this event already sells a section with this name. Choose another name.'],
  ['zh-Hant', '區域', '這個活動的銷售 5 已有同名的區域，座位由它售出。請換一個名稱。'],
] as const)(
  'a fault that the server finds has its words at its field, in %s',
  async (locale, label, text) => {
    answer('post', '/events/2/drops', () => problem(409, 'section_taken', taken));
    await act(async () => void draw(<DropForm event={anEvent()} />, { locale }));
    await fillIn();
    fireEvent.submit(document.querySelector('form')!);
    await untilFaults();
    const field = screen.getByLabelText(label);
    expect(describing(field)).toContain(text);
    expect(document.activeElement).toBe(field);
  },
);

/** Everything that a new sale needs, whatever the language. */
async function fillIn(): Promise<void> {
  const typed: Record<string, string> = {
    'sections.0.name': 'Floor',
    'sections.0.rows': '2',
    'sections.0.seatsPerRow': '3',
    price: '20',
    'questions.0.text': 'Which?',
    'questions.0.choices.0.text': 'Cello',
    'questions.0.choices.1.text': 'Harp',
    'questions.0.choices.2.text': 'Tuba',
  };
  for (const [name, value] of Object.entries(typed))
    fireEvent.change(document.querySelector(`[name="${name}"]`)!, { target: { value } });
  await Promise.resolve();
}

function describing(field: HTMLElement): string {
  const ids = field.getAttribute('aria-describedby')?.split(' ') ?? [];
  return ids.map((id) => document.getElementById(id)?.textContent).join(' ');
}

test.each([
  ['en', 'E-mail'],
  ['zh-Hant', '電子郵件'],
] as const)('an address that is taken, in %s', async (locale, label) => {
  answer('post', '/auth/signup', () => problem(409, 'email_taken'));
  draw(<SignUpPage />, { at: '/signup', locale });
  for (const [name, value] of [
    ['name', 'Mara'],
    ['email', 'mara@example.test'],
    ['password', 'long enough'],
  ])
    fireEvent.change(document.querySelector(`[name="${name}"]`)!, { target: { value } });
  fireEvent.submit(document.querySelector('form')!);
  await untilFaults();
  expect(describing(screen.getByLabelText(label))).toContain(faultWords[locale].email_taken);
});

test('the words of a fault follow the language of the page', async () => {
  function Switch() {
    const { choose } = useLocale();
    return <button onClick={() => choose('zh-Hant')}>Language</button>;
  }
  draw(
    <>
      <Switch />
      <SignInPage />
    </>,
    { at: '/signin' },
  );
  await press('Sign in');
  await screen.findAllByText('Required');
  await press('Language');
  expect(await screen.findAllByText('必填')).toHaveLength(2);
});

test('the closing time: what is typed, and what the server finds, at its field', async () => {
  const sent = answer('patch', '/drops/1', () =>
    problem(422, 'invalid_request', {
      errors: [{ pointer: '/closesAt', code: 'closes_late', message: 'x' }],
    }),
  );
  const drop = aDrop();
  await act(
    async () =>
      void draw(
        <MoveClosing
          drop={drop}
          event={anEvent()}
          closesAt={drop.closesAt}
          refetch={() => Promise.resolve()}
        />,
      ),
  );
  await press('Change closing time');
  const field = await screen.findByLabelText<HTMLInputElement>('Sale closes');
  const change = (value: string) => fireEvent.change(field, { target: { value } });
  change('');
  await press('Save');
  await waitFor(() => expect(describing(field)).toContain('Required'));
  change('2001-01-01T10:00');
  await waitFor(() => expect(describing(field)).toContain('This time is in the past.'));
  expect(sent.count).toBe(0);
  change(fromNow(7_200_000).slice(0, 16));
  await press('Save');
  await waitFor(() => expect(describing(field)).toContain('The sale would close after the event begins.'));
  expect(sent.bodies).toHaveLength(1);
  await waitFor(() => expect(document.activeElement).toBe(field));
});

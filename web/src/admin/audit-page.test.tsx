import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { answer, problem } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import type { Account, AuditRecord } from '../staff/queries.ts';
import { filterIn, queryOf } from './audit-filter.ts';
import AuditPage from './audit-page.tsx';
import { BanButton } from './ban-button.tsx';

const record: AuditRecord = {
  id: 12,
  at: '2026-07-01T16:00:00.000Z',
  actor: { id: 3, name: 'Ada Admin', email: 'ada@example.test', role: 'admin' },
  act: 'drop_changed',
  subject: { kind: 'drop', id: '17', name: 'The Proms' },
  before: { price: { amount: 2500, currency: 'EUR' }, returns: null, holdSeconds: 120 },
  after: { price: { amount: 3000, currency: 'EUR' }, returns: { keepPercent: 10 }, holdSeconds: 1200 },
  address: '2001:db8:1:2::/64',
  requestId: 'request-17',
};

/** Draws the page; the result has the query of each request. */
async function show(reply: unknown = { items: [record], next: null }, search = '', locale?: 'zh-Hant') {
  const asked: string[] = [];
  answer('get', '/audit', ({ request }) => {
    asked.push(new URL(request.url).searchParams.toString());
    return reply as object;
  });
  await act(async () => void draw(<AuditPage />, { at: `/admin/audit${search}`, ...(locale && { locale }) }));
  return asked;
}
const fill = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

test('a record says who did what, from where, and each value before and after', async () => {
  await show();
  const item = (await screen.findByText('Ada Admin')).closest('li')!;
  const link = within(item).getByRole('link', { name: 'Sale 17: The Proms' });
  expect(link.getAttribute('href')).toBe('/organize/drops/17');
  expect(item.textContent).toContain('Sale changed');
  expect(item.textContent).toContain('2001:db8:1:2::/64 · request request-17');
  const said = [...item.querySelectorAll('dl > div')].map(({ textContent }) => textContent);
  expect(said).toEqual([
    'Price per seat€25 → €30',
    'Returns– → {"keepPercent":10}',
    'Seconds to pay120 → 1,200',
  ]);
});

test('an act and a field of a later version are shown as they are called, and somebody who is gone by number', async () => {
  const later = {
    ...record,
    act: 'hall_burned',
    actor: { id: 3, role: 'owner' },
    before: null,
    after: { lost: 2 },
  };
  await show({ items: [{ ...later, subject: { kind: 'hall', id: '1' } }], next: null });
  expect(await screen.findByText('hall_burned')).toBeTruthy();
  for (const text of ['#3', 'hall 1', 'lost']) expect(screen.getByText(text)).toBeTruthy();
});

test('filters are asked for once the typing pauses', async () => {
  const asked = await show();
  fill('Action', 'user_banned');
  fill('By', ' ada@example.test ');
  fill('Concerning', 'user');
  fill('Number', '7');
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked).toEqual(['limit=30', 'act=user_banned&email=ada%40example.test&subject=user%3A7&limit=30']);
});

test('links lead to what was done to one user, or by one', async () => {
  expect(await show(undefined, '?subject=user:7')).toEqual(['subject=user%3A7&limit=30']);
  expect(screen.getByLabelText<HTMLInputElement>('Number').value).toBe('7');
  expect(queryOf(filterIn('?actor=3'), 'UTC')).toBe('actor=3');
});

test('days are those of the reader, the last one included, also where a clock change skips midnight', () => {
  const days = (from: string, to: string, zone: string) =>
    Object.fromEntries(new URLSearchParams(queryOf({ ...filterIn(''), from, to }, zone)));
  expect(days('2026-07-01', '2026-07-01', 'Europe/Berlin')).toEqual({
    from: '2026-06-30T22:00:00.000Z',
    until: '2026-07-01T22:00:00.000Z',
  });
  expect(days('2026-09-06', '', 'America/Santiago')).toEqual({ from: '2026-09-06T04:00:00.000Z' });
  expect(days('', 'nonsense', 'UTC')).toEqual({});
});

test.each([{ items: [], next: null }, problem(422, 'invalid_request')])(
  'where nothing matches, also an address that is not complete, the page says so',
  async (reply) => {
    await show(reply);
    expect(await screen.findByText('Nothing found')).toBeTruthy();
  },
);

test('in Chinese', async () => {
  await show(undefined, '', 'zh-Hant');
  expect(await screen.findByText('更改銷售', { selector: 'p' })).toBeTruthy();
});

describe('a ban', () => {
  const account = {
    id: 7,
    name: 'Mara',
    email: 'm@example.test',
    role: 'shopper',
    bannedAt: null,
  } as Account;
  async function ask(changed = () => Promise.resolve()) {
    await act(async () => void draw(<BanButton account={account} changed={changed} />));
    fireEvent.click(screen.getByRole('button', { name: 'Ban' }));
    return screen.findByRole('alertdialog');
  }
  const confirm = (dialog: HTMLElement) =>
    fireEvent.click(within(dialog).getByRole('button', { name: 'Ban' }));

  test.each([
    ['', 'Required'],
    ['ab', 'At least 3 characters.'],
  ])('of the reason %j is not sent', async (typed, fault) => {
    const asked = answer('post', '/users/7/ban', {});
    const dialog = await ask();
    fill('Reason', typed);
    confirm(dialog);
    expect(await within(dialog).findByText(fault)).toBeTruthy();
    expect(asked.count).toBe(0);
  });

  test('is sent with its reason', async () => {
    const asked = answer('post', '/users/7/ban', account);
    const changed = jest.fn(() => Promise.resolve());
    const dialog = await ask(changed);
    fill('Reason', 'Resells tickets');
    confirm(dialog);
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    expect(asked.bodies).toEqual([{ reason: 'Resells tickets' }]);
    expect(changed).toHaveBeenCalledTimes(1);
  });

  test('that is refused stays open and says why', async () => {
    answer('post', '/users/7/ban', problem(403, 'not_allowed'));
    const dialog = await ask();
    fill('Reason', 'Resells tickets');
    confirm(dialog);
    expect(await within(dialog).findByText(/Your account is not allowed/)).toBeTruthy();
  });
});

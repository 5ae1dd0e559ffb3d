import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { answer, problem } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import { shopper } from '../../../testing/things.ts';
import { en } from '../../i18n/en.ts';
import NewsSection from './news-section.tsx';
import type { NewsSettings } from './settings-query.ts';

const number = '+447400123456';

function settings({ sms, ...changes }: Partial<NewsSettings> & { sms?: boolean } = {}): NewsSettings {
  return {
    channels: sms === undefined ? ['email'] : ['email', 'sms'],
    kinds: [
      {
        kind: 'promoted',
        channels: [
          { channel: 'email', on: true, fixed: false },
          ...(sms === undefined ? [] : [{ channel: 'sms' as const, on: sms, fixed: false }]),
        ],
      },
      { kind: 'hold-ends', channels: [{ channel: 'email', on: false, fixed: false }] },
      { kind: 'order-paid', channels: [{ channel: 'email', on: true, fixed: true }] },
    ],
    phone: null,
    ...changes,
  };
}

const box = async (kind: string | RegExp, channel: string) =>
  within(await screen.findByRole('group', { name: kind })).getByRole<HTMLInputElement>('checkbox', {
    name: channel,
  });
const standby = 'Seats became free for you in standby';

test('only what was changed is sent, what is fixed cannot be changed, and no phone is asked for without SMS', async () => {
  answer('get', '/me/notifications', settings());
  const saved = answer('put', '/me/notifications', () => {
    const [, ...rest] = settings().kinds;
    return settings({
      kinds: [{ kind: 'promoted', channels: [{ channel: 'email', on: false, fixed: false }] }, ...rest],
    });
  });
  draw(<NewsSection user={shopper} />);
  const user = userEvent.setup();
  expect((await box('Order paid, with receipt', 'E-mail (always)')).disabled).toBe(true);
  await user.click(await box(standby, 'E-mail'));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('Saved.');
  expect(saved.bodies).toEqual([{ choices: [{ kind: 'promoted', channel: 'email', on: false }] }]);
  expect((await box(standby, 'E-mail')).checked).toBe(false);
  expect(screen.queryByText('Phone number')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(saved.count).toBe(1);
});

test('a choice that was not saved is said, stays as it was made, and can be sent again', async () => {
  answer('get', '/me/notifications', settings());
  const saved = answer('put', '/me/notifications', ({ count }) =>
    count === 1 ? problem(503, 'unavailable') : settings(),
  );
  draw(<NewsSection user={shopper} />);
  const user = userEvent.setup();
  await user.click(await box(standby, 'E-mail'));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText(en.problems.unavailable);
  expect((await box(standby, 'E-mail')).checked).toBe(false);
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('Saved.');
  expect(saved.count).toBe(2);
});

test('a list that cannot be loaded is said and can be asked for again', async () => {
  answer('get', '/me/notifications', problem(422, 'invalid_request'));
  draw(<NewsSection user={shopper} />, { locale: 'zh-Hant' });
  const again = await screen.findByRole('button', { name: '再試一次' });
  answer('get', '/me/notifications', settings());
  await userEvent.click(again);
  await screen.findByText('候補成功，有座位為你保留');
});

test('a number is entered, confirmed by its code, and removed', async () => {
  let phone: NewsSettings['phone'] = null;
  answer('get', '/me/notifications', () => settings({ sms: true, phone }));
  const fault = (pointer: string, code: string) =>
    problem(422, 'invalid_request', { errors: [{ pointer, code, message: code }] });
  const entered = answer('put', '/me/phone', ({ count }) => {
    if (count === 1) return fault('/number', 'not_a_mobile_number');
    phone = { number, confirmed: false };
    return new Response(null, { status: 204 });
  });
  const confirmed = answer('post', '/me/phone/confirm', ({ count }) => {
    if (count === 1) return fault('/code', 'code_wrong');
    phone = { number, confirmed: true };
    return new Response(null, { status: 204 });
  });
  answer('delete', '/me/phone', () => {
    phone = null;
    return new Response(null, { status: 204 });
  });
  draw(<NewsSection user={shopper} />);
  const user = userEvent.setup();
  const press = (name: string) => user.click(screen.getByRole('button', { name }));
  await screen.findByText(/^Text messages are sent once/);
  await user.type(screen.getByLabelText('Mobile number'), '12');
  await press('Send a code');
  await screen.findByText(/^Enter a mobile number with its country code/);
  await user.clear(screen.getByLabelText('Mobile number'));
  await user.type(screen.getByLabelText('Mobile number'), number);
  await press('Send a code');
  await screen.findByText(/^A text message to \+447400123456/);
  expect(entered.bodies).toEqual([{ number: '12' }, { number }]);

  await user.type(screen.getByLabelText('Code of six digits'), '123456');
  await press('Confirm');
  await screen.findByText(/^This code is wrong or too old/);
  await press('Confirm');
  await screen.findByText(`Text messages go to ${number}.`);
  expect(confirmed.bodies).toEqual([{ code: '123456' }, { code: '123456' }]);
  expect(screen.queryByText(/^Text messages are sent once/)).toBeNull();

  await press('Remove the number');
  await waitFor(() => expect(screen.queryByText(`Text messages go to ${number}.`)).toBeNull());
  screen.getByLabelText('Mobile number');
});

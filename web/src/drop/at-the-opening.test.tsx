import { screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { answer, problem } from '../../testing/api.ts';
import { showDropPage } from '../../testing/drop-page.tsx';
import { aDrop, aState } from '../../testing/things.ts';

jest.mock('../live/socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const queued = () => Response.json({ status: 'queued' }, { status: 202 });
const inAMinute = { retryAt: '2100-01-01T00:00:00Z' };
const buy = async () => userEvent.click(await screen.findByRole('button', { name: /^Buy/ }));

test('the answer and the number of seats are what was chosen', async () => {
  const sent = answer('post', '/drops/1/entries', queued);
  await showDropPage();
  await userEvent.click(await screen.findByLabelText('four'));
  await userEvent.click(screen.getByLabelText('3'));
  await buy();
  await screen.findByRole('heading', { name: 'You are in line' });
  expect(sent.bodies).toEqual([{ questionId: 1, answer: 'four', quantity: 3 }]);
});

test('after too many wrong answers nothing is sent until the buyer chooses again', async () => {
  const sent = answer('post', '/drops/1/entries', ({ count }) =>
    count === 1 ? problem(422, 'wrong_answer') : problem(429, 'too_many_requests', inAMinute, 1),
  );
  await showDropPage();
  await userEvent.click(await screen.findByLabelText('three'));
  await buy();
  await screen.findByText(/That is not the right answer/);
  await buy();
  await screen.findByText(/not resent automatically/);
  // During the pause, Buy does nothing.
  await userEvent.click(screen.getByRole('button', { name: /^Buy/ }));
  expect(sent.count).toBe(2);
  await waitFor(() => expect(screen.getByRole('button', { name: /^Buy/ }).ariaDisabled).toBeNull());
  expect(sent.count).toBe(2);
  await buy();
  await waitFor(() => expect(sent.count).toBe(3));
});

test('a question that has changed is shown anew, without the answer to the old one', async () => {
  const drop = aDrop();
  answer('post', '/drops/1/entries', problem(409, 'wrong_question'));
  await showDropPage({ drop });
  await userEvent.click(await screen.findByLabelText('four'));
  drop.question = { id: 1, text: 'Three and one?', choices: ['four', 'five'] };
  drop.serverTime = aDrop().serverTime;
  await buy();
  await screen.findByText('The question has changed. Answer the new one.');
  await screen.findByText('Three and one?');
  expect(screen.queryByText('Two and two?')).toBeNull();
  expect(screen.getByLabelText<HTMLInputElement>('four').checked).toBe(false);
});

test('what is offered when fewer seats are left is what is sent', async () => {
  const sent = answer('post', '/drops/1/entries', queued);
  await showDropPage({ state: aState({ free: 1, held: 1, sold: 10 }) });
  await userEvent.click(await screen.findByLabelText('four'));
  await buy();
  await screen.findByRole('heading', { name: 'You are in line' });
  expect(sent.bodies).toMatchObject([{ quantity: 1 }]);
});

import { act, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { onlineManager } from '@tanstack/react-query';
import { answer, noLine, problem } from '../../testing/api.ts';
import { draw } from '../../testing/draw.tsx';
import { ask } from '../api/http.ts';
import { AskingButton } from './asking-button.tsx';

const drawn = () =>
  act(async () =>
    draw(
      <AskingButton
        label="Ban"
        title="Ban Mara?"
        text="They can no longer buy."
        yes="Ban user"
        no="Keep"
        act={() => ask('POST', '/users/7/ban')}
      />,
    ),
  );
const press = async (name: string) => userEvent.click(await screen.findByRole('button', { name }));

test('what did not work is said in the question, and gone when it is asked anew', async () => {
  const asked = answer('post', '/users/7/ban', ({ count }) =>
    count === 1 ? problem(403, 'not_allowed') : { id: 7 },
  );
  await drawn();
  await press('Ban');
  await press('Ban user');
  const fault = await screen.findByText(/Your account is not allowed to do this/);
  await waitFor(() => expect(document.activeElement).toBe(fault));
  await press('Keep');
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  await press('Ban');
  await screen.findByRole('alertdialog');
  expect(screen.queryByText(/Your account is not allowed to do this/)).toBeNull();
  await press('Ban user');
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  expect(asked.count).toBe(2);
});

test('without a line it is tried and said not to have arrived, not kept for later', async () => {
  answer('post', '/users/7/ban', noLine);
  onlineManager.setOnline(false);
  try {
    await drawn();
    await press('Ban');
    await press('Ban user');
    await screen.findByText(/could not reach the server/i);
  } finally {
    onlineManager.setOnline(true);
  }
});

import { act, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { answer, problem } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import { aDrop, anEvent } from '../../../testing/things.ts';
import { DropForm } from './drop-form.tsx';

test('an organizer who cannot be paid is told so, with the way out, and what was typed stays', async () => {
  const drop = aDrop();
  answer('patch', `/drops/${drop.id}`, () => problem(409, 'payouts_not_ready', { state: 'not_connected' }));
  await act(async () => void draw(<DropForm event={anEvent()} drop={drop} />));
  const price = screen.getByLabelText<HTMLInputElement>('Price per seat');
  await userEvent.clear(price);
  await userEvent.type(price, '61');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText(/^You cannot be paid yet/)).toBeTruthy();
  const link = screen.getByRole<HTMLAnchorElement>('link', { name: 'Open Payouts' });
  expect([link.getAttribute('href'), link.target]).toEqual(['/organize/payouts', '_blank']);
  expect(price.value).toBe('61');
});

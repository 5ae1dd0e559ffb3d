import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { answer } from '../../../testing/api.ts';
import { draw } from '../../../testing/draw.tsx';
import SellerPage from './seller-page.tsx';

const me = { id: 7, email: 'olga@seatdrop.test', name: 'Olga', role: 'organizer' as const };
const seller = { name: 'Strings Ltd', address: 'Mill Lane 5\nOldtown', taxNumber: 'GB123' };

async function show(entered: typeof seller | null) {
  answer('get', '/seller', { seller: entered });
  await act(async () => void draw(<SellerPage me={me} />));
  await screen.findByLabelText('Name of the business');
}

const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const save = () => fireEvent.click(screen.getByRole('button', { name: 'Save' }));

test('what is typed is sent, and a tax number that is left out is not', async () => {
  await show(null);
  const { taxNumber: _, ...sent } = seller;
  const asked = answer('put', '/seller', { seller: sent });
  type('Name of the business', sent.name);
  type('Address', sent.address);
  save();
  await waitFor(() => expect(asked.bodies).toEqual([sent]));
});

test('what was entered before is there to be changed', async () => {
  await show(seller);
  const asked = answer('put', '/seller', { seller });
  expect(screen.getByLabelText<HTMLInputElement>('Tax number (optional)').value).toBe('GB123');
  type('Address', 'Elsewhere');
  save();
  await waitFor(() => expect(asked.bodies).toEqual([{ ...seller, address: 'Elsewhere' }]));
});

test('an address of too many lines is marked, and nothing is sent', async () => {
  await show(seller);
  const asked = answer('put', '/seller', { seller });
  type('Address', '1\n2\n3\n4\n5\n6\n7');
  save();
  expect(await screen.findByText('Use six lines at most.')).toBeTruthy();
  expect(asked.count).toBe(0);
});

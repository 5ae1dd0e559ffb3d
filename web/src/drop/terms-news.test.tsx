import { screen } from '@testing-library/react';
import { showDropPage } from '../../testing/drop-page.tsx';
import { aDrop, aState, fromNow } from '../../testing/things.ts';
import { passTime, stopTime } from '../../testing/time.ts';

jest.mock('../live/socket.ts', () => jest.requireActual('../../testing/socket.ts'));

const later = { opensAt: fromNow(3_600_000), closesAt: fromNow(7_200_000) };
const scheduled = (changes: object = {}) => aState({ phase: 'scheduled', ...later, ...changes });
const price = (amount: number) => ({ amount, currency: 'EUR' });

async function showBeforeOpening() {
  const drop = aDrop({ state: 'scheduled', ...later, price: price(5000) });
  const page = await showDropPage({ drop, state: scheduled() });
  await screen.findByText('€50 per seat');
  const start = Date.parse(drop.serverTime);
  stopTime();
  /** As the organizer does; open pages are told the new version alone. */
  const edit = async (changes: object, termsVersion: number) => {
    const serverTime = new Date(start + termsVersion * 1_000).toISOString();
    Object.assign(drop, changes, { termsVersion, serverTime });
    page.tell(scheduled({ termsVersion, serverTime }));
    await passTime(1_200);
  };
  return { ...page, edit };
}

test('a price that changes before the opening is shown by an open page, and what changed is read out', async () => {
  const { edit } = await showBeforeOpening();
  await edit({ price: price(9900) }, 2);
  expect(screen.getByText('€99 per seat')).toBeTruthy();
  const news = screen.getByText('The price changed from €50 to €99.');
  expect(news.closest('[role=status]')).not.toBeNull();
  // Of two changes, the difference to what the buyer saw first counts.
  await edit({ price: price(6000) }, 3);
  expect(screen.getByText('The price changed from €50 to €60.')).toBeTruthy();
});

test('a question or a limit that changes is shown as well', async () => {
  const { edit } = await showBeforeOpening();
  await edit({ question: { id: 2, text: 'Three and three?', choices: ['six', 'seven'] } }, 2);
  expect(screen.getByText('Three and three?')).toBeTruthy();
  expect(screen.getByText('The details of this sale changed.')).toBeTruthy();
});

test('nothing is said while nothing changed, also by a server that knows no versions yet', async () => {
  const { tell } = await showBeforeOpening();
  const { termsVersion: _, ...old } = scheduled();
  tell(old as ReturnType<typeof scheduled>);
  await passTime(1_200);
  expect(screen.queryByText(/changed/)).toBeNull();
});

import { act, fireEvent, screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { draw } from '../../testing/draw.tsx';
import { reloadPage } from '../shell/reload.ts';
import Payu from './payu.tsx';

const mockDocument = { loadedPath: '/drops/1/pay' };
jest.mock('../shell/reload.ts', () => ({
  reloadPage: jest.fn(),
  get loadedPath() {
    return mockDocument.loadedPath;
  },
}));

const fields = { key: 'TestKey', txnid: '0123456789abcd000011', amount: '4500.00', hash: 'abc' };

/** Forms that left, as they were posted. */
let posted: Record<string, string>[];
const submit = (event: SubmitEvent) => {
  if (event.defaultPrevented) return;
  event.preventDefault();
  const inputs = [...(event.target as HTMLFormElement).querySelectorAll('input')];
  posted.push(Object.fromEntries(inputs.map(({ name, value }) => [name, value])));
};
beforeEach(() => {
  mockDocument.loadedPath = '/drops/1/pay';
  posted = [];
  jest.clearAllMocks();
  window.addEventListener('submit', submit);
});
afterEach(() => window.removeEventListener('submit', submit));

function show({ isBusy = false } = {}) {
  const calls = { onToken: jest.fn(), onDone: jest.fn() };
  const url = 'https://secure.payu.in/_payment';
  const { container } = draw(
    <Payu
      action={{ provider: 'payu', step: 'choose', url, fields }}
      isBusy={isBusy}
      instead={null}
      {...calls}
    >
      {(isReady) => (
        <button type="submit" aria-disabled={!isReady}>
          Pay
        </button>
      )}
    </Payu>,
  );
  return { ...calls, form: container.querySelector('form') };
}
const pay = () => userEvent.click(screen.getByRole('button', { name: 'Pay' }));

test('the signed form goes to PayU with the buyer’s phone, once', async () => {
  const { form } = show();
  expect(form).toMatchObject({ method: 'post', action: 'https://secure.payu.in/_payment' });
  await userEvent.type(screen.getByLabelText('Phone number'), '+91 98765 43210');
  await pay();
  expect(screen.getByRole('button', { name: 'Pay' }).getAttribute('aria-disabled')).toBe('true');
  await pay();
  expect(posted).toEqual([{ ...fields, phone: '+91 98765 43210' }]);
});

test('it does not leave while a request is under way', async () => {
  show({ isBusy: true });
  await userEvent.type(screen.getByLabelText('Phone number'), '9876543210');
  await pay();
  expect(posted).toEqual([]);
});

test('a phone number is needed, and has digits', async () => {
  show();
  const phone = screen.getByLabelText<HTMLInputElement>('Phone number');
  for (const [typed, isValid] of [
    ['', false],
    ['nine', false],
    ['123', false],
    ['9876543210', true],
    ['+91 98765 43210', true],
  ] as const) {
    fireEvent.change(phone, { target: { value: typed } });
    expect([typed, phone.checkValidity()]).toEqual([typed, isValid]);
  }
});

test('back from PayU by the Back button, the page asks how the payment stands', () => {
  const { onDone } = show();
  const shown = (persisted: boolean) =>
    act(() => void window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted })));
  shown(false);
  expect(onDone).not.toHaveBeenCalled();
  shown(true);
  expect(onDone).toHaveBeenCalledTimes(1);
});

test('a page whose document has another policy is loaded again', () => {
  mockDocument.loadedPath = '/drops/1';
  const { form } = show();
  expect(reloadPage).toHaveBeenCalledTimes(1);
  expect(form).toBeNull();
});

import { clientAt } from './client-address.ts';
import { clientAddresses } from '../../testing/client-addresses.ts';

test('an IPv4 address is a client however it is written, and so is a /64 of IPv6', () => {
  const clients = clientAddresses.map((addresses) => new Set(addresses.map((address) => clientAt(address))));
  expect(clients.map(({ size }) => size)).toEqual(clients.map(() => 1));
  expect(new Set(clients.flatMap((of) => [...of])).size).toBe(clientAddresses.length);
});

test('it has a name that says what it is', () => {
  expect(clientAt('::ffff:198.51.100.1')).toBe('198.51.100.1');
  expect(clientAt('2001:db8::1:2:3:4:5')).toBe('2001:db8:0:1::/64');
});

test('what is no address is a client by itself', () => {
  expect(clientAt(undefined)).toBe('');
  expect(clientAt('nowhere')).toBe('nowhere');
});

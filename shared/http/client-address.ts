/**
 * What counts as one client where something is counted by address. A household or a server has a whole IPv6 /64 and
 * may take any address of it for each request; of IPv4 it has one. An IPv4 address written as IPv6 is the IPv4 address.
 * nginx/limits.ts says the same in nginx's words.
 */
import ipaddr from 'ipaddr.js';

/** A name for the client at `address`: the same for all addresses that are one client's. */
export function clientAt(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return address ?? '';
  const of = ipaddr.process(address);
  if (of instanceof ipaddr.IPv4) return of.toString();
  const network = of.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

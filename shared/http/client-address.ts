/**
 * Defines one client for limits by address. A household or a server has a whole IPv6 /64 and may use any of its
 * addresses for each request, but only one IPv4 address. An IPv4 address written as IPv6 counts as the IPv4 address.
 * nginx/limits.ts applies the same rule in nginx's configuration.
 */
import ipaddr from 'ipaddr.js';

/** A name for the client at `address`, the same for all addresses of one client. */
export function clientAt(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return address ?? '';
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

/** How much nginx lets through, and from whom: the usual, and how a setting says otherwise. */

/** Requests per second that are let through steadily, and how many more at once. The rest get 429. */
export type Limit = { rate: number; burst: number };

/** An address is one client's: of IPv6 a /64 is (shared/http/client-address.ts). */
export type Limits = {
  /** A buyer needs one entry, and a few tries at the question. */
  entryPerToken: Limit;
  /** Without a session there is nothing to be had here, so this one is narrow ... */
  entryPerAddress: Limit;
  /**
   * ... and this one, for requests that carry a session, is wide: a thousand buyers may share an address (a campus, a
   * mobile network) and press in the same second. nginx cannot tell a forged session; the tiers can, and refuse cheaply.
   */
  entryPerAddressWithSession: Limit;
  /** Pages, sign-in, checkout, and socket connections. */
  generalPerToken: Limit;
  generalPerAddress: Limit;
  generalPerAddressWithSession: Limit;
  /** Requests under way at a time, files among them, sockets not. More get 429. */
  connectionsPerAddress: number;
  connectionsPerAddressWithSession: number;
  /** Sockets, and requests of those who have none and poll. A campus may watch the same drop ... */
  socketsPerAddress: number;
  /** ... and a buyer may have a page open in some tabs. */
  socketsPerToken: number;
};

export const usualLimits: Limits = {
  entryPerToken: { rate: 2, burst: 5 },
  entryPerAddress: { rate: 20, burst: 40 },
  entryPerAddressWithSession: { rate: 300, burst: 1_500 },
  generalPerToken: { rate: 50, burst: 100 },
  generalPerAddress: { rate: 50, burst: 100 },
  generalPerAddressWithSession: { rate: 300, burst: 2_000 },
  connectionsPerAddress: 1_000,
  connectionsPerAddressWithSession: 4_000,
  socketsPerAddress: 2_000,
  socketsPerToken: 20,
};

/** nginx itself takes no more. */
const most = 1_000_000;

/**
 * Reads `entryPerAddress=100/200,socketsPerAddress=30000`: rates as steady/burst, the rest as one number.
 * @throws {RangeError} naming what is wrong
 */
export function parseLimits(text: string): Partial<Limits> {
  const limits: Record<string, Limit | number> = {};
  for (const each of text.split(',').filter((part) => part !== '')) {
    const [name = '', value = ''] = each.split('=');
    if (!Object.hasOwn(usualLimits, name)) {
      throw new RangeError(`there is no limit '${name}'; there are ${Object.keys(usualLimits).join(', ')}`);
    }
    const isRate = typeof usualLimits[name as keyof Limits] === 'object';
    const [first = NaN, second = NaN, ...more] = value.split('/').map((part) => wholeOf(part));
    if (isRate && more.length === 0 && first >= 1 && second >= 0)
      limits[name] = { rate: first, burst: second };
    else if (!isRate && Number.isNaN(second) && !value.includes('/') && first >= 1) limits[name] = first;
    else throw new RangeError(`${name} must be ${isRate ? 'like 20/40, a second and at once' : 'a number'}`);
  }
  return limits;
}

function wholeOf(text: string): number {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : NaN;
  return value <= most ? value : NaN;
}

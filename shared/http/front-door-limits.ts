/** The limits of the front door (nginx): the defaults, and the format of the setting that changes them. */

/** Requests per second that are allowed steadily, and how many more at once. Further requests get 429. */
export type Limit = { rate: number; burst: number };

/** Limits per address count an IPv6 /64 as one address (shared/http/client-address.ts). */
export type Limits = {
  /** A buyer needs one entry, and a few attempts at the question. */
  entryPerToken: Limit;
  /** Low, since no entry is accepted without a session. */
  entryPerAddress: Limit;
  /**
   * For requests that carry a session. High, since a thousand buyers may share an address (a campus, a mobile network)
   * and press Buy in the same second. nginx cannot recognize a forged session; the tiers can, and refuse it cheaply.
   */
  entryPerAddressWithSession: Limit;
  /** Pages, sign-in, checkout, and socket connections. */
  generalPerToken: Limit;
  generalPerAddress: Limit;
  generalPerAddressWithSession: Limit;
  /** Searches for events, each of which reads many rows. They count in the limits above as well. */
  searchPerToken: Limit;
  searchPerAddress: Limit;
  searchPerAddressWithSession: Limit;
  /** Concurrent requests, including those for files but not sockets. Further requests get 429. */
  connectionsPerAddress: number;
  connectionsPerAddressWithSession: number;
  /** Sockets, and requests of pages that poll because they have no socket. A whole campus may watch the same drop. */
  socketsPerAddress: number;
  /** A buyer may have a page open in several tabs. */
  socketsPerToken: number;
};

export const usualLimits: Limits = {
  entryPerToken: { rate: 2, burst: 5 },
  entryPerAddress: { rate: 20, burst: 40 },
  entryPerAddressWithSession: { rate: 300, burst: 1_500 },
  generalPerToken: { rate: 50, burst: 100 },
  generalPerAddress: { rate: 50, burst: 100 },
  generalPerAddressWithSession: { rate: 300, burst: 2_000 },
  searchPerToken: { rate: 5, burst: 20 },
  searchPerAddress: { rate: 5, burst: 40 },
  searchPerAddressWithSession: { rate: 20, burst: 200 },
  connectionsPerAddress: 1_000,
  connectionsPerAddressWithSession: 4_000,
  socketsPerAddress: 2_000,
  socketsPerToken: 20,
};

/** nginx accepts no higher value. */
const maxLimit = 1_000_000;

/**
 * Parses `entryPerAddress=100/200,socketsPerAddress=30000`: rates as rate/burst, other limits as one number.
 * @throws {RangeError} naming the fault
 */
export function parseLimits(text: string): Partial<Limits> {
  const limits: Record<string, Limit | number> = {};
  for (const item of text.split(',').filter((part) => part !== '')) {
    const [name = '', value = ''] = item.split('=');
    if (!Object.hasOwn(usualLimits, name)) {
      throw new RangeError(`there is no limit '${name}'; there are ${Object.keys(usualLimits).join(', ')}`);
    }
    const isRate = typeof usualLimits[name as keyof Limits] === 'object';
    const [first = NaN, second = NaN, ...more] = value.split('/').map((part) => parseWhole(part));
    if (isRate && more.length === 0 && first >= 1 && second >= 0)
      limits[name] = { rate: first, burst: second };
    else if (!isRate && Number.isNaN(second) && !value.includes('/') && first >= 1) limits[name] = first;
    else throw new RangeError(`${name} must be ${isRate ? 'like 20/40, a second and at once' : 'a number'}`);
  }
  return limits;
}

function parseWhole(text: string): number {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : NaN;
  return value <= maxLimit ? value : NaN;
}

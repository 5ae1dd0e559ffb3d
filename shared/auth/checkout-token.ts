/**
 * The checkout token proves a hold: a JWT (token.ts) with keys and an audience of its own, bound to buyer, drop, hold
 * and seats, ending with the hold. It is the only way into checkout.
 */
import type { KeyList } from './key-list.ts';
import { signToken, verifyToken } from './token.ts';

export type CheckoutClaims = {
  buyerId: number;
  dropId: number;
  /** The partition of the drop that holds the seats; see inventory/keys.ts. */
  partition: number;
  holdId: string;
  /** Seat ids, as `row.number`; see inventory/layout.ts. */
  seats: string[];
  /** Milliseconds since 1970, by the clock of Redis. */
  expiresAt: number;
};

const audience = 'checkout';
const required = ['sub', 'drop', 'part', 'hold', 'seats', 'until'];

export function signCheckoutToken(claims: CheckoutClaims, keys: KeyList): string {
  const { buyerId, dropId, partition, holdId, seats, expiresAt } = claims;
  return signToken(
    {
      aud: audience,
      sub: String(buyerId),
      drop: dropId,
      part: partition,
      hold: holdId,
      seats,
      until: expiresAt,
      // `exp` counts whole seconds; `until` has milliseconds.
      exp: Math.ceil(expiresAt / 1000),
    },
    keys,
  );
}

export type CheckoutTokenCheck =
  | { kind: 'valid'; claims: CheckoutClaims }
  /** Signed by us, but expired. The hold itself may be paid already, so the claims still matter. */
  | { kind: 'expired'; claims: CheckoutClaims }
  | { kind: 'invalid' };

export function verifyCheckoutToken(
  token: string,
  keys: KeyList,
  now: number = Date.now(),
): CheckoutTokenCheck {
  // Expired tokens are accepted here and told apart by `until` below.
  const claims = verifyToken(token, keys, { audience, acceptExpired: true })?.claims;
  if (!claims || required.some((name) => claims[name] === undefined)) return { kind: 'invalid' };
  const decoded: CheckoutClaims = {
    buyerId: Number(claims['sub']),
    dropId: claims['drop'] as number,
    partition: claims['part'] as number,
    holdId: claims['hold'] as string,
    seats: claims['seats'] as string[],
    expiresAt: claims['until'] as number,
  };
  return { kind: now < decoded.expiresAt ? 'valid' : 'expired', claims: decoded };
}

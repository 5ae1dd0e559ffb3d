/**
 * The checkout token proves a hold: a JWT with a key and an audience of its own, bound to buyer, drop, hold and
 * seats, ending with the hold. It is the only way into checkout.
 */
import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';

export type CheckoutClaims = {
  buyerId: number;
  dropId: number;
  /** Which part of the drop's seats holds them; see inventory/keys.ts. */
  partition: number;
  holdId: string;
  /** Seat ids, as `row.number`; see inventory/layout.ts. */
  seats: string[];
  /** Milliseconds since 1970, by the clock of Redis. */
  expiresAt: number;
};

const audience = 'checkout';

export function signCheckoutToken(claims: CheckoutClaims, key: KeyObject): string {
  const { buyerId, dropId, partition, holdId, seats, expiresAt } = claims;
  return jwt.sign(
    // `exp` counts whole seconds; `until` keeps the very millisecond.
    {
      drop: dropId,
      part: partition,
      hold: holdId,
      seats,
      until: expiresAt,
      exp: Math.ceil(expiresAt / 1000),
    },
    key,
    { algorithm: 'HS256', subject: String(buyerId), audience, noTimestamp: true },
  );
}

export type CheckoutTokenCheck =
  | { kind: 'valid'; claims: CheckoutClaims }
  /** Truly ours, but past its time. The hold itself may be paid already, so the claims still matter. */
  | { kind: 'expired'; claims: CheckoutClaims }
  | { kind: 'invalid' };

export function verifyCheckoutToken(
  token: string,
  key: KeyObject,
  now: number = Date.now(),
): CheckoutTokenCheck {
  try {
    const claims = jwt.verify(token, key, { algorithms: ['HS256'], audience, ignoreExpiration: true });
    if (typeof claims === 'string') return { kind: 'invalid' };
    const decoded: CheckoutClaims = {
      buyerId: Number(claims.sub),
      dropId: claims['drop'] as number,
      partition: claims['part'] as number,
      holdId: claims['hold'] as string,
      seats: claims['seats'] as string[],
      expiresAt: claims['until'] as number,
    };
    return { kind: now < decoded.expiresAt ? 'valid' : 'expired', claims: decoded };
  } catch {
    return { kind: 'invalid' };
  }
}

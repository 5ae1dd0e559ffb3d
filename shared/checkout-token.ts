/**
 * The checkout token proves a hold: a JWT with a key and an audience of its own, bound to buyer, drop, hold and
 * seats, ending with the hold. It is the only way into checkout.
 */
import type { KeyObject } from 'node:crypto';
import { createSigner, createVerifier } from 'fast-jwt';
import { perKey } from './per-key.ts';

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

const signerOf = perKey((key) =>
  createSigner({ key: key.export(), algorithm: 'HS256', aud: audience, noTimestamp: true }),
);
// A token whose time is over is still ours, and is told from others by `until`.
const verifierOf = perKey((key) =>
  createVerifier({
    key: key.export(),
    algorithms: ['HS256'],
    allowedAud: audience,
    requiredClaims: ['aud', 'sub', 'drop', 'part', 'hold', 'seats', 'until', 'exp'],
    ignoreExpiration: true,
  }),
);

export function signCheckoutToken(claims: CheckoutClaims, key: KeyObject): string {
  const { buyerId, dropId, partition, holdId, seats, expiresAt } = claims;
  return signerOf(key)({
    sub: String(buyerId),
    drop: dropId,
    part: partition,
    hold: holdId,
    seats,
    until: expiresAt,
    // `exp` counts whole seconds; `until` keeps the very millisecond.
    exp: Math.ceil(expiresAt / 1000),
  });
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
    const claims = verifierOf(key)(token) as Record<string, unknown>;
    const decoded: CheckoutClaims = {
      buyerId: Number(claims['sub']),
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

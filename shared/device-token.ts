/**
 * Names a device and the accounts that have signed in there: a JWT with a key of its own, so that it passes for no session
 * and no session passes for it. It opens nothing.
 */
import { createHmac, type KeyObject } from 'node:crypto';
import { createSigner, createVerifier } from 'fast-jwt';
import { perKey } from './per-key.ts';

export type Device = {
  id: string;
  /** The users' ids, the latest first. */
  accounts: number[];
};

/** Milliseconds for which a device is known after signing in. */
export const deviceKeptMs = 180 * 86_400_000;

const audience = 'device';

const tokensOf = perKey((sessionKey) => {
  const key = createHmac('sha256', sessionKey).update('seatdrop device').digest();
  return {
    sign: createSigner({ key, algorithm: 'HS256', aud: audience, expiresIn: deviceKeptMs }),
    verify: createVerifier({
      key,
      algorithms: ['HS256'],
      allowedAud: audience,
      requiredClaims: ['aud', 'exp', 'jti'],
    }),
  };
});

export function signDevice({ id, accounts }: Device, sessionKey: KeyObject): string {
  return tokensOf(sessionKey).sign({ jti: id, accounts });
}

/** The device in a token; undefined when it is forged, expired or no device at all. */
export function verifyDevice(token: string, sessionKey: KeyObject): Device | undefined {
  try {
    const { jti, accounts } = tokensOf(sessionKey).verify(token) as { jti: unknown; accounts: unknown };
    if (typeof jti !== 'string' || !Array.isArray(accounts)) return undefined;
    return { id: jti, accounts: accounts.filter((id): id is number => typeof id === 'number') };
  } catch {
    return undefined;
  }
}

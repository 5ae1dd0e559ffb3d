/**
 * A JWT (token.ts) that names a device and the accounts that have signed in on it. Its keys are derived from the
 * session keys, so that neither kind of token is accepted as the other. It grants no access.
 */
import { deriveKeys, type KeyList } from './key-list.ts';
import { signToken, verifyToken } from './token.ts';

export type Device = {
  id: string;
  /** The users' ids, the latest first. */
  accounts: number[];
};

/** Milliseconds for which a device is remembered after a sign-in. */
export const deviceKeptMs = 180 * 86_400_000;

const audience = 'device';
const keysFrom = (sessionKeys: KeyList) => deriveKeys(sessionKeys, 'seatdrop device');

export function signDevice({ id, accounts }: Device, sessionKeys: KeyList): string {
  const exp = Math.floor((Date.now() + deviceKeptMs) / 1000);
  return signToken({ aud: audience, jti: id, accounts, exp }, keysFrom(sessionKeys));
}

/** The device in a token; undefined if the token is forged, expired or not a device token. */
export function verifyDevice(token: string, sessionKeys: KeyList): Device | undefined {
  const verified = verifyToken(token, keysFrom(sessionKeys), { audience });
  if (!verified) return undefined;
  const { jti, accounts } = verified.claims;
  if (typeof jti !== 'string' || !Array.isArray(accounts)) return undefined;
  return { id: jti, accounts: accounts.filter((id): id is number => typeof id === 'number') };
}

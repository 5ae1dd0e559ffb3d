/**
 * Names a device and the accounts that have signed in there: a JWT (token.ts) with keys derived from those of sessions, so
 * that it passes for no session and no session passes for it. It opens nothing.
 */
import { deriveKeys, type KeyList } from './key-list.ts';
import { signToken, verifyToken } from './token.ts';

export type Device = {
  id: string;
  /** The users' ids, the latest first. */
  accounts: number[];
};

/** Milliseconds for which a device is known after signing in. */
export const deviceKeptMs = 180 * 86_400_000;

const audience = 'device';
const keysFrom = (sessionKeys: KeyList) => deriveKeys(sessionKeys, 'seatdrop device');

export function signDevice({ id, accounts }: Device, sessionKeys: KeyList): string {
  const exp = Math.floor((Date.now() + deviceKeptMs) / 1000);
  return signToken({ aud: audience, jti: id, accounts, exp }, keysFrom(sessionKeys));
}

/** The device in a token; undefined when it is forged, expired or no device at all. */
export function verifyDevice(token: string, sessionKeys: KeyList): Device | undefined {
  const verified = verifyToken(token, keysFrom(sessionKeys), { audience });
  if (!verified) return undefined;
  const { jti, accounts } = verified.claims;
  if (typeof jti !== 'string' || !Array.isArray(accounts)) return undefined;
  return { id: jti, accounts: accounts.filter((id): id is number => typeof id === 'number') };
}

/**
 * The secret part of a mailed link: a JWT of a key derived from the session keys. It is made when the mail is written, and
 * the same each time, so that a mail sent twice has one link. The database holds what became of it (account-links.ts), and
 * nothing from which it could be made (docs/decisions/043).
 */
import { deriveKeys, type KeyList } from '../../shared/auth/key-list.ts';
import { signToken, verifyToken } from '../../shared/auth/token.ts';

export type LinkPurpose = 'reset';

/** Seconds for which a link is valid, from the moment it was asked for. */
const linkSeconds: Record<LinkPurpose, number> = { reset: 60 * 60 };

export type AccountLink = { id: number; purpose: LinkPurpose };

const audience = 'account-link';
const keysFrom = (sessionKeys: KeyList) => deriveKeys(sessionKeys, 'seatdrop account link');

/** @param createdAt when the link was asked for */
export function signLink({ id, purpose }: AccountLink, createdAt: Date, sessionKeys: KeyList): string {
  const iat = Math.floor(createdAt.getTime() / 1000);
  const exp = iat + linkSeconds[purpose];
  return signToken({ aud: audience, jti: String(id), purpose, iat, exp }, keysFrom(sessionKeys));
}

/** The link of a token; undefined if it is forged, too old, or for another purpose. */
export function verifyLink(
  token: string,
  purpose: LinkPurpose,
  sessionKeys: KeyList,
): AccountLink | undefined {
  const claims = verifyToken(token, keysFrom(sessionKeys), { audience })?.claims;
  const id = Number(claims?.['jti']);
  return claims?.['purpose'] === purpose && Number.isSafeInteger(id) ? { id, purpose } : undefined;
}

/**
 * The secret part of a mailed link: a JWT of a key derived from the session keys. It is made when the mail is written, and
 * the same each time, so that a mail sent twice has one link. The database holds what became of it (account-links.ts), and
 * nothing from which it could be made (docs/decisions/043).
 */
import { deriveKeys, type KeyList } from '../../shared/auth/key-list.ts';
import { signToken, verifyToken } from '../../shared/auth/token.ts';

/** `confirm`: the address of an account; `email`: the address to which one is changed. */
export type LinkPurpose = 'reset' | 'confirm' | 'email';

/** Seconds for which a link is valid, from the moment it was asked for. */
const linkSeconds: Record<LinkPurpose, number> = {
  reset: 60 * 60,
  confirm: 24 * 60 * 60,
  email: 60 * 60,
};

export type AccountLink = { id: number; purpose: LinkPurpose };

const audience = 'account-link';
const keysFrom = (sessionKeys: KeyList) => deriveKeys(sessionKeys, 'seatdrop account link');

/** @param createdAt when the link was asked for */
export function signLink({ id, purpose }: AccountLink, createdAt: Date, sessionKeys: KeyList): string {
  const iat = Math.floor(createdAt.getTime() / 1000);
  const exp = iat + linkSeconds[purpose];
  return signToken({ aud: audience, jti: String(id), purpose, iat, exp }, keysFrom(sessionKeys));
}

/** The link of a token; undefined if it is forged, too old, or for none of these purposes. */
export function verifyLink(
  token: string,
  purposes: readonly LinkPurpose[],
  sessionKeys: KeyList,
): AccountLink | undefined {
  const claims = verifyToken(token, keysFrom(sessionKeys), { audience })?.claims;
  const id = Number(claims?.['jti']);
  const purpose = purposes.find((each) => each === claims?.['purpose']);
  return purpose && Number.isSafeInteger(id) ? { id, purpose } : undefined;
}

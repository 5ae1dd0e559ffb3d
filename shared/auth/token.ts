/**
 * Tokens: JWTs by `jsonwebtoken`, HS256 and nothing else (docs/decisions/032). The header names the key (`kid`); only
 * a key of the list that is given can be named, and what a token says of keys besides (`jwk`, `jku`, `x5u`) is not read.
 */
import jwt from 'jsonwebtoken';
import type { Key, KeyList } from './key-list.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** `claims` with `aud`, `exp` and all else that the token is to say. Signed by the first key. */
export function signToken(claims: Claims, [{ id, secret }]: KeyList): string {
  // The library adds an `iat` where there is none, or takes away the one there is.
  const noTimestamp = claims['iat'] === undefined;
  return jwt.sign(claims, secret, { algorithm: 'HS256', keyid: id, noTimestamp });
}

export type VerifiedToken = {
  claims: Claims;
  /** False for a token of the version before, which did not name its key. */
  namesKey: boolean;
};

/**
 * What a token says, if one of `keys` signed it for `audience` alone and it has an end; else undefined.
 * @param options.acceptExpired also after that end
 */
export function verifyToken(
  token: string,
  keys: KeyList,
  { audience, acceptExpired = false }: { audience: string; acceptExpired?: boolean },
): VerifiedToken | undefined {
  try {
    const kid = keyIdOf(token);
    const claims = verifyByAny(token, keysNamed(kid, keys), {
      algorithms: ['HS256'],
      audience,
      ignoreExpiration: acceptExpired,
    });
    // The library passes what has no end, and what is for several audiences.
    if (claims?.['aud'] !== audience || typeof claims['exp'] !== 'number') return undefined;
    return { claims, namesKey: kid !== undefined };
  } catch {
    return undefined;
  }
}

/** The library reads the header only together with the rest. @throws {SyntaxError} when it is no JSON */
function keyIdOf(token: string): unknown {
  const header = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString();
  return (JSON.parse(header) as { kid?: unknown }).kid;
}

/** A token of the version before names none: any of the list may be its key. */
function keysNamed(kid: unknown, keys: KeyList): readonly Key[] {
  return kid === undefined ? keys : keys.filter(({ id }) => id === kid);
}

/** @throws {jwt.JsonWebTokenError} if it is not valid for another reason than its signature */
function verifyByAny(
  token: string,
  keys: readonly Key[],
  options: jwt.VerifyOptions & { complete?: false },
): Claims | undefined {
  for (const { secret } of keys) {
    try {
      const claims = jwt.verify(token, secret, options);
      return typeof claims === 'string' ? undefined : claims;
    } catch (error) {
      if ((error as Error).message !== 'invalid signature') throw error;
    }
  }
  return undefined;
}

/**
 * Tokens are JWTs made by `jsonwebtoken`, with HS256 only (docs/decisions/032). The header names the key (`kid`), which
 * must be in the given list; other key fields of a header (`jwk`, `jku`, `x5u`) are ignored.
 */
import jwt from 'jsonwebtoken';
import type { Key, KeyList } from './key-list.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Signs with the first key. `claims` must include `aud` and `exp`. */
export function signToken(claims: Claims, [{ id, secret }]: KeyList): string {
  // By default the library adds an `iat` if there is none; with `noTimestamp` it removes an existing one.
  const noTimestamp = claims['iat'] === undefined;
  return jwt.sign(claims, secret, { algorithm: 'HS256', keyid: id, noTimestamp });
}

export type VerifiedToken = {
  claims: Claims;
  /** False for a token of the previous version, which did not name its key. */
  namesKey: boolean;
};

/**
 * The claims of a token, if one of `keys` signed it for `audience` alone and it has an `exp`; else undefined.
 * @param options.acceptExpired also accept it after its `exp`
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
    // The library accepts tokens without `exp` and tokens for several audiences.
    if (claims?.['aud'] !== audience || typeof claims['exp'] !== 'number') return undefined;
    return { claims, namesKey: kid !== undefined };
  } catch {
    return undefined;
  }
}

/**
 * Read here, since the library reads the header only together with the rest. @throws {SyntaxError} if it is not JSON
 */
function keyIdOf(token: string): unknown {
  const header = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString();
  return (JSON.parse(header) as { kid?: unknown }).kid;
}

/** A token of the previous version names no key: any key of the list may have signed it. */
function keysNamed(kid: unknown, keys: KeyList): readonly Key[] {
  return kid === undefined ? keys : keys.filter(({ id }) => id === kid);
}

/** @throws {jwt.JsonWebTokenError} if the token is invalid for another reason than its signature */
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

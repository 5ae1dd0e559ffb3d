import type { CookieOptions, Response } from 'express';
import { schemeOf, sessionCookieName } from '../../shared/auth/session-cookie.ts';
import { sessionSeconds } from '../../shared/auth/session.ts';

/**
 * Scripts cannot read the cookie, forms of other sites do not send it, and if PUBLIC_URL is https it is never sent
 * over http.
 */
function options(publicUrl: URL): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', secure: schemeOf(publicUrl) === 'https', path: '/' };
}

export function setSessionCookie(res: Response, token: string, publicUrl: URL): void {
  res.cookie(sessionCookieName(publicUrl), token, { ...options(publicUrl), maxAge: sessionSeconds * 1000 });
}

export function clearSessionCookie(res: Response, publicUrl: URL): void {
  res.clearCookie(sessionCookieName(publicUrl), options(publicUrl));
}

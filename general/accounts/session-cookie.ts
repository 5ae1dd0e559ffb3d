import type { CookieOptions, Response } from 'express';
import { schemeOf, sessionCookieName } from '../../shared/auth/session-cookie.ts';
import { sessionSeconds } from '../../shared/auth/session.ts';

/** Scripts cannot read it, other sites' forms do not send it, and where there is https it never travels without. */
function options(publicUrl: URL): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', secure: schemeOf(publicUrl) === 'https', path: '/' };
}

export function setSessionCookie(res: Response, token: string, publicUrl: URL): void {
  res.cookie(sessionCookieName(publicUrl), token, { ...options(publicUrl), maxAge: sessionSeconds * 1000 });
}

export function clearSessionCookie(res: Response, publicUrl: URL): void {
  res.clearCookie(sessionCookieName(publicUrl), options(publicUrl));
}

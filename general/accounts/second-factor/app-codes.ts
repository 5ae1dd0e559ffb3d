/** Codes of authenticator apps (TOTP, RFC 6238) by otpauth: six digits, a new code every 30 seconds, SHA-1. */
import { Secret, TOTP } from 'otpauth';

const periodSeconds = 30;

export function newSecret(): string {
  return new Secret({ size: 20 }).base32;
}

function appOf(secret: string, email = ''): TOTP {
  return new TOTP({ issuer: 'Seatdrop', label: email, secret, period: periodSeconds });
}

export function uriOf(secret: string, email: string): string {
  return appOf(secret, email).toString();
}

/**
 * The number of the period that this code belongs to; undefined if it is wrong. The period before and the next one
 * count too, since the clock of a phone may be off.
 */
export function stepOfCode(secret: string, code: string): number | undefined {
  const now = Date.now();
  const delta = appOf(secret).validate({ token: code, timestamp: now, window: 1 });
  return delta === null ? undefined : Math.floor(now / 1000 / periodSeconds) + delta;
}

import { createHash, randomBytes } from 'node:crypto';
import { Secret } from 'otpauth';

const codeCount = 10;

export type NewCodes = { codes: string[]; hashes: string[] };

/**
 * Codes of 80 random bits: so many that even a plain hash cannot be reversed by trying them all, and few enough
 * characters to be typed.
 */
export function makeRecoveryCodes(): NewCodes {
  const plain = Array.from(
    { length: codeCount },
    () => new Secret({ buffer: new Uint8Array(randomBytes(10)).buffer }).base32,
  );
  return {
    codes: plain.map((code) => code.replaceAll(/.{4}(?=.)/g, '$&-')),
    hashes: plain.map(hashRecoveryCode),
  };
}

/** @param code without hyphens, in capitals */
export function hashRecoveryCode(code: string): string {
  return createHash('sha256').update(code).digest('base64url');
}

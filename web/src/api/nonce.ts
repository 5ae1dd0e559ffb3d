/**
 * 128 random bits, by which the server recognises a repeated request. `crypto.randomUUID` exists only over
 * https.
 */
export function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The code that is sent to a phone number: computed from its row by a key derived from the session keys, so that the
 * database holds nothing from which it could be made, not even a hash, of which a million guesses would find it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKeys, type KeyList } from '../../shared/auth/key-list.ts';
import type { PhoneRow } from './phones.ts';

type Coded = Pick<PhoneRow, 'id' | 'user_id' | 'number'>;

/** The code by each key: the first one is sent, all are accepted. */
function codesOf({ id, user_id, number }: Coded, sessionKeys: KeyList): string[] {
  return deriveKeys(sessionKeys, 'seatdrop phone code').map(({ secret }) => {
    const digest = createHmac('sha256', secret).update(`${id} ${user_id} ${number}`).digest();
    return String(digest.readUIntBE(0, 6) % 1_000_000).padStart(6, '0');
  });
}

export const codeOf = (row: Coded, sessionKeys: KeyList): string => codesOf(row, sessionKeys)[0] ?? '';

export function isCodeOf(row: Coded, code: string, sessionKeys: KeyList): boolean {
  const typed = Buffer.from(code);
  return codesOf(row, sessionKeys).some(
    (known) => typed.length === known.length && timingSafeEqual(Buffer.from(known), typed),
  );
}

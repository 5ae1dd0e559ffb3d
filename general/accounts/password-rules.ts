import { dictionary } from '@zxcvbn-ts/language-common';
import { invalid } from '../../shared/tier/check-input.ts';

/** Made at the first use: the list has 49,000 passwords, most of them shorter than ours may be. */
let common: Set<string> | undefined;
const isCommon = (password: string) => (common ??= new Set(dictionary['passwords-common'])).has(password);

/** Fewer different characters than this are soon tried. */
const fewestCharacters = 4;
/** A shorter part of an address may occur in any good password. */
const shortestPart = 5;
/** Characters that a password needs besides the parts of the address. */
const shortestRest = 6;

/**
 * Refuses passwords that an attacker tries first. Their length is checked by the schema.
 * @param pointer where the password stands in the body
 * @throws {Problem} invalid_request
 */
export function refuseEasyPassword(typed: string, email: string, pointer: string): void {
  const password = typed.normalize('NFKC').toLowerCase();
  if (isCommon(password)) throw invalid(pointer, 'password_common');
  if (new Set(password).size < fewestCharacters || /^(.{1,5})\1+.{0,4}$/su.test(password))
    throw invalid(pointer, 'password_repeats');
  // What an address adds to a password counts for nothing.
  const parts = [email, ...email.split(/[@.+_-]/)].filter((part) => part.length >= shortestPart);
  const rest = parts.reduce((text, part) => text.replaceAll(part, ''), password);
  if (rest !== password && rest.length < shortestRest) throw invalid(pointer, 'password_is_email');
}

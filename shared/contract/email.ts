/**
 * E-mail addresses, including those with letters outside ASCII (RFC 6531). Each mailbox has one spelling here, so that
 * it has one account: trimmed, in lower case and NFC, and with the domain as in DNS (`exämple.test` becomes
 * `xn--exmple-cua.test`), which every mail server understands.
 */
import { z } from 'zod';

/** The general form of an address, as a simple pattern for readers of the API document. */
const shape = /^[\w'+.\u00a1-\uffff-]+@(?:[A-Za-z0-9\u00a1-\uffff-]+\.)+[A-Za-z0-9\u00a1-\uffff-]{2,}$/;
const local = /^(?!\.)(?!.*\.\.)[\p{L}\p{N}_'+.-][\p{L}\p{M}\p{N}_'+.-]*$/u;
/** The top-level domain may be international, too. */
const domain = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)$/;

const notAnAddress = 'Not an e-mail address';

export const emailAddress = z
  .string()
  .trim()
  .overwrite(canonical)
  .max(254)
  .regex(shape, { error: notAnAddress })
  .refine(isAddress, { error: notAnAddress })
  // RFC 5321, 4.5.3.1 counts octets.
  .refine((text) => bytesOf(text.slice(0, text.lastIndexOf('@'))) <= 64, { error: 'Too long before the @' })
  .refine((text) => bytesOf(text) <= 254, { error: 'Too long' });

function canonical(text: string): string {
  const lower = text.normalize('NFC').toLowerCase().normalize('NFC');
  const atIndex = lower.lastIndexOf('@');
  const host = lower.slice(atIndex + 1);
  // A host with a character that has a meaning in URLs is not a domain.
  if (atIndex < 0 || /[\s/:?#@\\%[\]<>^|"]/.test(host)) return lower;
  try {
    return `${lower.slice(0, atIndex)}@${new URL(`http://${host}`).hostname}`;
  } catch {
    return lower;
  }
}

function isAddress(text: string): boolean {
  const atIndex = text.lastIndexOf('@');
  const name = text.slice(0, atIndex);
  return local.test(name) && /[^.']$/.test(name) && domain.test(text.slice(atIndex + 1));
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

/**
 * E-mail addresses, including those with letters outside ASCII (RFC 6531). Each mailbox has one spelling here, so that
 * it has one account: trimmed, in lower case and NFC, and with the domain as in DNS (`exämple.test` becomes
 * `xn--exmple-cua.test`), which every mail server understands.
 */
import { z } from 'zod';
import { fault } from './fault-codes.ts';
import { matching } from './text.ts';

/** The general form of an address, as a simple pattern for readers of the API document. */
const shape = /^[\w'+.\u00a1-\uffff-]+@(?:[A-Za-z0-9\u00a1-\uffff-]+\.)+[A-Za-z0-9\u00a1-\uffff-]{2,}$/;
const local = /^(?!\.)(?!.*\.\.)[\p{L}\p{N}_'+.-][\p{L}\p{M}\p{N}_'+.-]*$/u;
/** The top-level domain may be international, too. */
const domain = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)$/;

/** Octets, as RFC 5321, 4.5.3.1 counts them. */
const maxBytes = 254;
const maxBytesBeforeAt = 64;

export const emailAddress = matching(
  z.string().trim().overwrite(canonical).max(maxBytes),
  shape,
  fault('not_an_address'),
)
  .refine(isAddress, fault('not_an_address'))
  .refine(
    (text) => bytesOf(text.slice(0, text.lastIndexOf('@'))) <= maxBytesBeforeAt,
    fault('address_too_long', { maximum: maxBytesBeforeAt }),
  )
  .refine((text) => bytesOf(text) <= maxBytes, fault('address_too_long', { maximum: maxBytes }));

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

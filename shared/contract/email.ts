/**
 * E-mail addresses, those with letters outside ASCII among them (RFC 6531). One mailbox has one spelling here, so that it
 * has one account: trimmed, in lower case and NFC, and the domain as DNS has it (`exämple.test` is `xn--exmple-cua.test`),
 * which every mail server understands.
 */
import { z } from 'zod';

/** Spelled out for readers of the API document: what looks like an address. */
const shape = /^[\w'+.\u00a1-\uffff-]+@(?:[A-Za-z0-9\u00a1-\uffff-]+\.)+[A-Za-z0-9\u00a1-\uffff-]{2,}$/;
const local = /^(?!\.)(?!.*\.\.)[\p{L}\p{N}_'+.-][\p{L}\p{M}\p{N}_'+.-]*$/u;
/** The last part may be international, too. */
const domain = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)$/;

const notAnAddress = 'Not an e-mail address';

export const emailAddress = z
  .string()
  .trim()
  .overwrite(canonical)
  .max(254)
  .regex(shape, { error: notAnAddress })
  .refine(isAddress, { error: notAnAddress })
  // RFC 5321, 4.5.3.1: octets
  .refine((text) => bytesOf(text.slice(0, text.lastIndexOf('@'))) <= 64, { error: 'Too long before the @' })
  .refine((text) => bytesOf(text) <= 254, { error: 'Too long' });

function canonical(text: string): string {
  const lower = text.normalize('NFC').toLowerCase().normalize('NFC');
  const at = lower.lastIndexOf('@');
  const host = lower.slice(at + 1);
  // Whatever means something in an address of the web is no domain.
  if (at < 0 || /[\s/:?#@\\%[\]<>^|"]/.test(host)) return lower;
  try {
    return `${lower.slice(0, at)}@${new URL(`http://${host}`).hostname}`;
  } catch {
    return lower;
  }
}

function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const name = text.slice(0, at);
  return local.test(name) && /[^.']$/.test(name) && domain.test(text.slice(at + 1));
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

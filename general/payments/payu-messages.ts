/**
 * What PayU (India) and this system send each other: transaction ids, amounts, and the hashes that sign them. From
 * docs.payu.in: "Generate Hash", "Additional Info for Payment APIs", "Handling the Redirect URLs".
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { chargeKey, parseChargeKey } from './provider.ts';

export type PayuAccount = { key: string; salt: string };

/**
 * How often a buyer can go to PayU's page for one payment. PayU takes a transaction id once, so each time has an id of its
 * own, and all of them are asked about in one call.
 */
export const maxTries = 5;

/**
 * Transaction ids have at most 25 characters. This has 23 at most, letters and digits only: the batch, the entry in four
 * digits, the try, the attempt, all in base 36.
 */
export function txnidOf(key: string, numberOfTry: number): string {
  const parsed = parseChargeKey(key);
  const [batch = '', entry = ''] = parsed?.holdId.split('-') ?? [];
  if (!parsed || !/^(?:0|[1-9a-z][0-9a-z]*)$/.test(entry)) throw new Error(`${key} is no charge key`);
  return batch + entry.padStart(4, '0') + numberOfTry.toString(36) + parsed.attempt.toString(36);
}

export function txnidsOf(key: string): string[] {
  return Array.from({ length: maxTries }, (_, index) => txnidOf(key, index + 1));
}

/** The charge key of a transaction; undefined if the transaction is none of ours. */
export function keyOfTxnid(txnid: string): string | undefined {
  const [, batch = '', entry = '', numberOfTry = '', attempt = ''] =
    /^([0-9a-z]{14})([0-9a-z]{4})([1-9])([1-9a-z][0-9a-z]{0,3})$/.exec(txnid) ?? [];
  const key = chargeKey(`${batch}-${entry.replace(/^0{1,3}/, '')}`, Number.parseInt(attempt, 36));
  return Number(numberOfTry) <= maxTries && parseChargeKey(key) ? key : undefined;
}

/** Rupees with two decimals, as PayU writes them, of paise. */
export function rupees(paise: number): string {
  return `${Math.floor(paise / 100)}.${String(paise % 100).padStart(2, '0')}`;
}

/** The inverse of `rupees`, which also takes fewer decimals; undefined if it is no such amount. */
export function paiseOf(amount: string): number | undefined {
  const [, whole, decimals = ''] = /^(\d{1,12})(?:\.(\d{1,2})0*)?$/.exec(amount) ?? [];
  return whole === undefined ? undefined : Number(whole) * 100 + Number(decimals.padEnd(2, '0'));
}

const signedFields = [
  'txnid',
  'amount',
  'productinfo',
  'firstname',
  'email',
  'udf1',
  'udf2',
  'udf3',
  'udf4',
  'udf5',
] as const;

const sha512 = (parts: readonly string[]): string =>
  createHash('sha512').update(parts.join('|')).digest('hex');

/** Five places that PayU keeps for later fields. */
const reserved = ['', '', '', '', ''];

/** Signs the form that a browser posts to PayU. */
export function formHash({ key, salt }: PayuAccount, fields: Readonly<Record<string, string>>): string {
  return sha512([key, ...signedFields.map((name) => fields[name] ?? ''), ...reserved, salt]);
}

/** Signs what PayU posts, by the buyer's browser or as a webhook. */
function postedHash({ key, salt }: PayuAccount, fields: Readonly<Record<string, string>>): string {
  const signed = [key, ...signedFields.map((name) => fields[name] ?? '')].toReversed();
  const charges = fields['additional_charges'] || fields['additionalCharges'];
  const hashed = [salt, fields['status'] ?? '', ...reserved, ...signed];
  return sha512(charges ? [charges, ...hashed] : hashed);
}

/** Signs a call of the API. */
export function commandHash({ key, salt }: PayuAccount, command: string, var1: string): string {
  return sha512([key, command, var1, salt]);
}

/** The fields of what PayU posted; undefined if it is not signed by PayU for this account. */
export function readPosted(account: PayuAccount, body: Buffer): Record<string, string> | undefined {
  const pairs = [...new URLSearchParams(body.toString('utf8'))];
  const fields = Object.fromEntries(pairs);
  // Of a field that comes twice, others might read the other one.
  if (Object.keys(fields).length !== pairs.length || fields['key'] !== account.key) return undefined;
  const { hash = '' } = fields;
  if (!/^[0-9a-f]{128}$/i.test(hash)) return undefined;
  const expected = Buffer.from(postedHash(account, fields), 'hex');
  return timingSafeEqual(expected, Buffer.from(hash, 'hex')) ? fields : undefined;
}

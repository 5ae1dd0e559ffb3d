/** A price as it is typed, `65`, `65.5` or `65,50`, in minor units. */
import { minorDigits } from '@seatdrop/shared/contract/minor-units.ts';

export type Typed =
  { kind: 'amount'; amount: number } | { kind: 'none' } | { kind: 'number' } | { kind: 'decimals' };

/** Digit by digit: 0.29 times 100 is not 29 in binary. */
export function readPrice(typed: string, currency: string): Typed {
  const text = typed.replace(/\s/g, '');
  if (text === '') return { kind: 'none' };
  const [, whole, decimals = ''] = /^(\d{1,12})(?:[.,](\d*))?$/.exec(text) ?? [];
  if (whole === undefined) return { kind: 'number' };
  const digits = minorDigits(currency);
  if (decimals.length > digits) return { kind: 'decimals' };
  return { kind: 'amount', amount: Number(whole + decimals.padEnd(digits, '0')) };
}

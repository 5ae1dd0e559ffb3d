/**
 * The short code of a ticket, to be read aloud and typed: seven random characters and one that checks them, unique within
 * an event, shown as `7KQ4-M2XD`. Its 31 characters leave out 0, I, L, O and U, which are taken for others.
 */
const letters = '123456789ABCDEFGHJKMNPQRSTVWXYZ';
const checkedLength = 7;

/** How many values the characters before the check character can have. */
export const ticketCodeCount = letters.length ** checkedLength;

/** The code of a number below `ticketCodeCount`. */
export function ticketCodeOf(number: number): string {
  let rest = number;
  const values = Array.from({ length: checkedLength }, () => {
    const value = rest % letters.length;
    rest = Math.floor(rest / letters.length);
    return value;
  });
  const code = values.map((value) => letters.charAt(value)).join('');
  const check = (letters.length - (weighed(code) % letters.length)) % letters.length;
  return code + letters.charAt(check);
}

/** The code in what somebody typed; undefined if that is none, or has a wrong character or two that changed places. */
export function readTicketCode(typed: string): string | undefined {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .replaceAll(/[IL]/g, '1');
  return /^[1-9A-HJKMNP-TV-Z]{8}$/.test(code) && weighed(code) % letters.length === 0 ? code : undefined;
}

export function spellTicketCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** Each place has a weight of its own, and 31 is prime, so one wrong character or any two exchanged change the remainder. */
function weighed(code: string): number {
  return code
    .split('')
    .reduce((sum, letter, at) => sum + letters.indexOf(letter) * (checkedLength + 1 - at), 0);
}

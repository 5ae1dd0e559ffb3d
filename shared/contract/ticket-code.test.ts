import { readTicketCode, spellTicketCode, ticketCodeCount, ticketCodeOf } from './ticket-code.ts';

const codes = [0, 1, 30, 31, 123_456_789, 20_000_000_019, ticketCodeCount - 1].map(ticketCodeOf);

test('a code is read however it is typed', () => {
  for (const code of codes) {
    const spelled = spellTicketCode(code);
    for (const typed of [code, spelled, spelled.toLowerCase(), ` ${code.slice(0, 3)} ${code.slice(3)}\n`])
      expect(readTicketCode(typed)).toBe(code);
    expect(readTicketCode(spelled.replaceAll('1', 'l').replace('-', '–'))).toBe(code);
    // Full-width letters, as Chinese keyboards write them.
    const wide = code.replaceAll(/./g, (letter) => String.fromCodePoint(letter.codePointAt(0)! + 0xfee0));
    expect(readTicketCode(wide)).toBe(code);
  }
  expect(new Set(codes).size).toBe(codes.length);
});

test('one wrong character, or two that changed places, is no code', () => {
  const letters = '123456789ABCDEFGHJKMNPQRSTVWXYZ';
  for (const code of codes)
    for (let at = 0; at < code.length; at += 1) {
      for (const letter of letters.replace(code.charAt(at), ''))
        expect(readTicketCode(code.slice(0, at) + letter + code.slice(at + 1))).toBeUndefined();
      for (let other = at + 1; other < code.length; other += 1) {
        const swapped = code.split('');
        [swapped[at], swapped[other]] = [swapped[other]!, swapped[at]!];
        const isSame = swapped.join('') === code;
        expect(readTicketCode(swapped.join(''))).toBe(isSame ? code : undefined);
      }
    }
  for (const bad of ['', '1', '11111111A', '0000-0000', 'UUUUUUUU', '🎟🎟🎟🎟', '1111 1112'])
    expect(readTicketCode(bad)).toBeUndefined();
});

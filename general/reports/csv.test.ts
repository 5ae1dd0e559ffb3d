import * as fc from 'fast-check';
import { csvLine } from './csv.ts';

/** Cells of a file as read by a spreadsheet program that uses this separator. */
function parse(text: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  let begins = true;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (quoted && char === '"' && text[at + 1] === '"') {
      cell += char;
      at += 1;
    } else if (quoted && char === '"') quoted = false;
    else if (quoted) cell += char;
    else if (begins && char === '"') {
      quoted = true;
      begins = false;
    } else if (char === separator || char === '\n' || char === '\r') {
      cells.push(cell);
      cell = '';
      begins = true;
    } else {
      cell += char;
      begins = false;
    }
  }
  return [...cells, cell];
}

/** Splits as a program does that ignores quotes and only removes those around a cell. */
const split = (text: string, separator: string) =>
  text
    .split(/\r\n|\r|\n/)
    .flatMap((line) => line.split(separator).map((each) => each.replace(/^"+|"+$/g, '')));

const isFormula = (cell: string) => /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/u.test(cell);

const separators = [';', ',', '\t', '\r', '\n', '\r\n', '\u2028', '|'];
const marks = ['=', '+', '-', '@', '\uff1d', '"', '""', "'", ' ', '\u200b', '\ufeff'];
const words = ['x', "cmd|'/C calc'!A1", 'Lee', '陳', '1'];
const pieces = fc.constantFrom(...separators, ...marks, ...words);
const text = fc.array(pieces, { maxLength: 12 }).map((of) => of.join(''));
const record = fc.array(text, { minLength: 1, maxLength: 4 });

test.each([
  ['a comma', ','],
  ['a semicolon', ';'],
  ['a tab', '\t'],
])('whatever the text, no cell is a formula where %s separates', (_name, separator) => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), (records) => {
      const file = records.map(csvLine).join('');
      expect(parse(file, separator).filter(isFormula)).toEqual([]);
      expect(split(file, separator).filter(isFormula)).toEqual([]);
    }),
    { numRuns: 5_000 },
  );
});

test('where a comma separates, a cell says what the text said, but for apostrophes and line ends', () => {
  const plain = (cell: string) => cell.replaceAll("'", '').replaceAll(/[\t\r\n\u2028]/g, ' ');
  fc.assert(
    fc.property(record, (cells) => {
      const line = csvLine(cells);
      const read = parse(line.slice(0, -2), ',');
      expect(read.map(plain)).toEqual(cells.map(plain));
    }),
    { numRuns: 5_000 },
  );
});

test('text that harms nobody is left as it is, and numbers are numbers', () => {
  expect(csvLine(['Ann-Marie O’Neil', 'x;=cmd', 'a\t=1', 'a; -b', -5, 90])).toBe(
    `"Ann-Marie O’Neil","x;'=cmd","a =1","a;' -b",-5,90\r\n`,
  );
});

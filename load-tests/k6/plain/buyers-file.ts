/**
 * The file of test buyers, which Node writes and k6 reads: CSV with a header if its name ends in .csv, otherwise
 * JSON.
 */

/** Everything that a client needs to act as this buyer. */
export type TestBuyer = {
  userId: number;
  /** Session token for `Authorization: Bearer`. */
  token: string;
  /** Value of X-Forwarded-For, so that the front door's limit per address does not count all buyers as one. */
  address: string;
  /** The buyer's question in the drop that the file was made for, and its right answer. */
  questionId?: number;
  answer?: string;
};

type Field = keyof TestBuyer;
const fields: readonly Field[] = ['userId', 'token', 'address', 'questionId', 'answer'];

export type FileFormat = 'json' | 'csv';

export function formatOf(file: string): FileFormat {
  return file.toLowerCase().endsWith('.csv') ? 'csv' : 'json';
}

/** The parts of such a file in order, so that a large file can be written without having all of it in memory. */
export const pieces = {
  json: {
    start: '[\n',
    buyer: (buyer: TestBuyer, isFirst: boolean) => `${isFirst ? '' : ',\n'}${JSON.stringify(buyer)}`,
    end: '\n]\n',
  },
  csv: {
    start: `${fields.join(',')}\n`,
    buyer: (buyer: TestBuyer) => `${fields.map((field) => quoted(String(buyer[field] ?? ''))).join(',')}\n`,
    end: '',
  },
} as const satisfies Record<FileFormat, object>;

/** @throws Error if the file has no valid buyers */
export function parseBuyers(text: string, format: FileFormat): TestBuyer[] {
  const buyers = format === 'csv' ? parseCsv(text) : (JSON.parse(text) as TestBuyer[]);
  const isValid = Array.isArray(buyers) && buyers.every(({ userId, token }) => userId > 0 && token !== '');
  if (!isValid || buyers.length === 0) throw new Error('the file of buyers has no buyers in it');
  return buyers;
}

function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function parseCsv(text: string): TestBuyer[] {
  const [names = [], ...rows] = csvRows(text);
  return rows.map((row) => {
    const value = (field: Field) => row[names.indexOf(field)] ?? '';
    return {
      userId: Number(value('userId')),
      token: value('token'),
      address: value('address'),
      ...(value('questionId') === ''
        ? {}
        : { questionId: Number(value('questionId')), answer: value('answer') }),
    };
  });
}

function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, inQuotes, plain = '', end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\n\r]*))(,|\r?\n|$)/g,
  )) {
    const isEndOfFile = end === '' && row.length === 0 && inQuotes === undefined && plain === '';
    if (isEndOfFile) break;
    row.push(inQuotes === undefined ? plain : inQuotes.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}

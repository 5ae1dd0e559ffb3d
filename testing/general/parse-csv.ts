/** The records of a CSV file, the header first. @throws Error if it is none */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [[]];
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/y;
  while (field.lastIndex < text.length) {
    const [, raw = '', end] = field.exec(text) ?? [];
    if (end === undefined) throw new Error('not CSV');
    records.at(-1)!.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === '\r\n' && field.lastIndex < text.length) records.push([]);
  }
  return records;
}

/** The records below the header, by the names of their columns. */
export function recordsOf(text: string): Record<string, string>[] {
  const [header = [], ...records] = parseCsv(text.replace(/^\ufeff/, ''));
  return records.map((fields) =>
    Object.fromEntries(header.map((name, column) => [name, fields[column] ?? ''])),
  );
}

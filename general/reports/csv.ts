/**
 * One record of a CSV file, with its line end (RFC 4180). Text is always quoted, and nothing in it that a spreadsheet
 * may take for a cell begins as a formula does: depending on the country of whoever opens the file, a comma, a semicolon
 * or a tab separates cells, and programs that look for a semicolon or a tab do not heed quotes that stand beside a comma.
 */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** Tabs, line ends and the like would begin another cell or line, whatever stands around them. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/**
 * Where a cell may begin (with the text, after what separates cells, after a quote), if a formula may follow: `=`, `+`,
 * `-` or `@`, which some also take in the wide forms of East Asian keyboards, after what is not seen. Likewise if the text
 * ends there: the quote at its end would then begin a cell, and that cell go on in the next line.
 */
const beginnings = /(?:^|[,;"])(?=[\p{Cf}\p{Z}]*[=+\-@\uff1d\uff0b\uff0d\uff20])|[,;"](?=[\p{Cf}\p{Z}]*$)/gu;

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // An apostrophe says to spreadsheets that this is text.
  const text = value.replaceAll(controls, ' ').replaceAll(beginnings, "$&'");
  return `"${text.replaceAll('"', '""')}"`;
}

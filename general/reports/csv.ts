/** One record of a CSV file, with its line end (RFC 4180). */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** What makes a spreadsheet take a cell for a formula; some take the wide forms of East Asian keyboards as well. */
const formula = /^[\s]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u;

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // A leading apostrophe says to spreadsheets that this is text.
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * One record of a CSV file with its line end (RFC 4180). Text is always quoted, and no part that a spreadsheet may
 * take for a cell begins like a formula. Which character separates cells (comma, semicolon or tab) depends on the
 * reader's country, and programs that expect a semicolon or a tab ignore quotes next to a comma.
 */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** Tabs, line ends and other control characters would start another cell or line even inside quotes. */
const controls = /[\p{Cc}\p{Zl}\p{Zp}]/gu;

/**
 * Positions where a cell may begin (at the start of the text, after a separator, after a quote) if a formula may
 * follow: `=`, `+`, `-` or `@`, which some programs also accept in the full-width forms of East Asian keyboards,
 * after invisible characters. The end of the text counts too: the closing quote would begin a cell there that
 * continues on the next line.
 */
const beginnings = /(?:^|[,;"])(?=[\p{Cf}\p{Z}]*[=+\-@\uff1d\uff0b\uff0d\uff20])|[,;"](?=[\p{Cf}\p{Z}]*$)/gu;

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // A leading apostrophe makes spreadsheets treat the cell as text.
  const text = value.replaceAll(controls, ' ').replaceAll(beginnings, "$&'");
  return `"${text.replaceAll('"', '""')}"`;
}

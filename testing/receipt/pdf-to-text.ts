/** Reads a PDF from standard input with Mozilla's reader, and prints what is on its pages as JSON: PdfText. */
import { buffer } from 'node:stream/consumers';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';

export type PdfText = {
  pages: string[];
  title: string;
  /** Width and height of the first page in points. */
  size: number[];
};

type Item = { str: string; transform: number[] };

const pdf = await getDocument({ data: new Uint8Array(await buffer(process.stdin)), verbosity: 0 }).promise;
const pages: string[] = [];
let size: number[] = [];
for (let number = 1; number <= pdf.numPages; number += 1) {
  const page = await pdf.getPage(number);
  size = page.view.slice(2);
  const { items } = (await page.getTextContent()) as { items: Item[] };
  const lines = Map.groupBy(items, ({ transform }) => Math.round(transform[5]!));
  pages.push(
    [...lines]
      .toSorted(([one], [other]) => other - one)
      .map(([, line]) => textOf(line))
      .join('\n'),
  );
}
const { info } = (await pdf.getMetadata()) as { info: { Title?: string } };
const text: PdfText = { pages, title: info.Title ?? '', size };
process.stdout.write(JSON.stringify(text));

function textOf(line: readonly Item[]): string {
  return line
    .toSorted((one, other) => one.transform[4]! - other.transform[4]!)
    .map(({ str }) => str)
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

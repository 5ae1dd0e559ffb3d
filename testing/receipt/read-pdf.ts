import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { PdfText } from './pdf-to-text.ts';

/** What a reader of PDFs sees. In a process of its own, since the reader is an ES module, which Jest does not load. */
export function readPdf(pdf: Buffer): Promise<PdfText> {
  return new Promise((resolve, reject) => {
    const reader = execFile(
      process.execPath,
      [join(import.meta.dirname, 'pdf-to-text.ts')],
      { maxBuffer: 10 ** 7 },
      (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout) as PdfText)),
    );
    reader.stdin!.end(pdf);
  });
}

/** What all our PDFs have in common. The same content gives the same bytes. */
import PDFDocument from 'pdfkit';

/** A4, in points. */
export const page = { width: 595.28, height: 841.89 };

type About = { title: string; locale: string; madeAt: string };

export function newDocument({ title, locale, madeAt }: About) {
  const doc = new PDFDocument({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    // Loads no font that is not used.
    font: null as unknown as string,
    lang: locale,
    displayTitle: true,
    info: { Title: title, Author: 'Seatdrop', Creator: 'Seatdrop', CreationDate: new Date(madeAt) },
  });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => doc.on('end', resolve).on('error', reject));
  return {
    doc,
    finished: async (): Promise<Buffer> => {
      doc.end();
      await ended;
      return Buffer.concat(chunks);
    },
  };
}

/** As on the pages: two rows of seats, one of them the buyer's. */
export function drawLogo(doc: PDFKit.PDFDocument, x: number, y: number): void {
  for (const [at, row] of [
    [4.5, 6],
    [17, 6],
    [29.5, 6],
    [4.5, 19],
    [29.5, 19],
  ] as const)
    doc.circle(x + at, y + row, 3.5).fill('#5f6c72');
  // The outline keeps it visible where yellow is printed as white.
  doc
    .lineWidth(1)
    .circle(x + 17, y + 19, 5.5)
    .fillAndStroke('#ffc629', '#000');
}

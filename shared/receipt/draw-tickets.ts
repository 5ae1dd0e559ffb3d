/** Tickets as PDF: a page each, to be printed or shown on a phone. */
import { encode } from 'uqr';
import { eventTime } from '../contract/event-time.ts';
import { drawLogo, newDocument, page } from './document.ts';
import type { Fonts } from './fonts.ts';
import type { PrintedTickets } from './tickets.ts';
import { TextWriter, type Style } from './text-writer.ts';
import { ticketWords } from './ticket-words.ts';

const margin = 56;
const left = margin;
const right = page.width - margin;
const bottom = page.height - 84;
const qrSize = 210;

const heading: Style = { size: 20, weight: 'bold' };
const strong: Style = { size: 12, weight: 'bold' };
const plain: Style = { size: 12 };
const big: Style = { size: 26, weight: 'bold' };
const small: Style = { size: 9, color: '#444' };
const titleLines = 3;
const otherLines = 2;
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

type Pen = { doc: PDFKit.PDFDocument; text: TextWriter; printed: PrintedTickets; y: number };
type Ticket = PrintedTickets['tickets'][number];

export async function drawTickets(printed: PrintedTickets, fonts: Fonts): Promise<Buffer> {
  const say = ticketWords[printed.locale];
  const { doc, finished } = newDocument({
    title: say.title(printed.orderId),
    locale: printed.locale,
    madeAt: printed.paidAt,
  });
  const text = new TextWriter(doc, fonts);
  for (const [at, ticket] of printed.tickets.entries()) {
    if (at > 0) doc.addPage();
    const pen: Pen = { doc, text, printed, y: margin };
    drawHead(pen, at);
    drawEvent(pen);
    drawSeat(pen, ticket);
    drawCode(pen, ticket);
    drawFoot(pen);
  }
  return finished();
}

function drawHead(pen: Pen, at: number): void {
  const { doc, text, printed } = pen;
  const say = ticketWords[printed.locale];
  drawLogo(doc, left, pen.y - 1);
  text.line('Seatdrop', left + 42, pen.y, heading);
  text.line(say.number(at + 1, printed.tickets.length), right, pen.y + 5, { ...strong, right: true });
  pen.y += 34;
  doc.rect(left, pen.y, right - left, 2).fill('#000');
  pen.y += 22;
}

function drawEvent(pen: Pen): void {
  const { event, locale } = pen.printed;
  drawLines(pen, event.title, heading, titleLines);
  pen.y += 8;
  drawLines(pen, eventTime(event.startsAt, event.timeZone, locale), strong, otherLines);
  drawLines(pen, event.venue, plain, otherLines);
  pen.y += 18;
}

/** Section, row and number side by side, the section below if it is long. */
function drawSeat(pen: Pen, { seat }: Ticket): void {
  const { text, printed } = pen;
  const say = ticketWords[printed.locale];
  drawLines(pen, say.section, small, 1);
  drawLines(pen, seat.section, big, 2);
  pen.y += 6;
  const top = pen.y;
  for (const [at, [name, value]] of [
    [say.row, seat.row],
    [say.seat, String(seat.number)],
  ].entries()) {
    const x = left + at * 150;
    text.line(name!, x, top, small);
    text.line(value!, x, top + text.heightOfLine(small), big);
  }
  pen.y = top + text.heightOfLine(small) + text.heightOfLine(big) + 16;
}

function drawCode(pen: Pen, { qr, code }: Ticket): void {
  const { doc, text, printed } = pen;
  const say = ticketWords[printed.locale];
  const { size, data } = encode(qr, { ecc: 'M', border: 0 });
  const module = qrSize / size;
  const x = (page.width - qrSize) / 2;
  // One path: a rectangle for each dark module would leave hairlines between them.
  for (const [row, cells] of data.entries())
    for (const [column, isDark] of cells.entries())
      if (isDark) doc.rect(x + column * module, pen.y + row * module, module, module);
  doc.fill('#000');
  pen.y += qrSize + 12;
  drawMiddle(pen, code, big);
  drawMiddle(pen, say.admits, plain);
  pen.y += 14;
  drawLines(pen, say.holder(printed.holder), plain, 1);
  drawLines(pen, say.order(printed.orderId), plain, 1);

  function drawMiddle({ y }: Pen, value: string, style: Style): void {
    text.line(value, (page.width - text.width(value, style)) / 2, y, style);
    pen.y += text.heightOfLine(style);
  }
}

function drawFoot({ doc, text, printed }: Pen): void {
  doc.rect(left, bottom + 16, right - left, 0.75).fill('#000');
  const style = small;
  const lines = text.lines(ticketWords[printed.locale].note, right - left, style);
  for (const [at, line] of lines.entries())
    text.line(line, left, bottom + 24 + at * text.heightOfLine(style), style);
}

/** At most so many lines, so that the code stays on the page; what is longer is cut. */
function drawLines(pen: Pen, value: string, style: Style, most: number): void {
  const { text } = pen;
  const lines = text.lines(value.replaceAll(/\s+/g, ' '), right - left, style);
  for (const [at, line] of lines.slice(0, most).entries()) {
    const isCut = at === most - 1 && lines.length > most;
    text.line(isCut ? cut(pen, line, style) : line, left, pen.y, style);
    pen.y += text.heightOfLine(style);
  }
}

function cut({ text }: Pen, line: string, style: Style): string {
  const letters = Array.from(characters.segment(line), ({ segment }) => segment);
  while (text.width(`${letters.join('')} …`, style) > right - left) letters.pop();
  return `${letters.join('')} …`;
}

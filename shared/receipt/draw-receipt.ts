/**
 * A receipt as PDF: A4, black on white. The same receipt gives the same bytes. It takes 25 to 120 ms of the processor, so
 * tiers that answer requests call it in a thread (create-print-thread.ts).
 */
import { eventTime } from '../contract/event-time.ts';
import { decimal } from '../contract/minor-units.ts';
import { drawLogo, newDocument, page } from './document.ts';
import type { Fonts } from './fonts.ts';
import type { Receipt } from './receipt.ts';
import { TextWriter, type Style } from './text-writer.ts';
import { hasAmounts, receiptWordsOf } from './words.ts';

const margin = 56;
const left = margin;
const right = page.width - margin;
const bottom = page.height - 84;
/** Where the second column of the facts begins, and the amounts end their room. */
const middle = left + 260;
const amountWidth = 110;

const title: Style = { size: 20, weight: 'bold' };
const heading: Style = { size: 14, weight: 'bold' };
const strong: Style = { size: 10, weight: 'bold' };
const plain: Style = { size: 10 };
/** Dark enough for a printer without colours. */
const small: Style = { size: 8.5, color: '#444' };

type Pen = {
  receipt: Receipt;
  doc: PDFKit.PDFDocument;
  text: TextWriter;
  y: number;
};

export async function drawReceipt(receipt: Receipt, fonts: Fonts): Promise<Buffer> {
  const say = receiptWordsOf(receipt);
  const { doc, finished } = newDocument({
    title: `${say.title} ${receipt.number}`,
    locale: receipt.locale,
    madeAt: receipt.paidAt,
  });
  const pen: Pen = { receipt, doc, text: new TextWriter(doc, fonts), y: margin };
  drawHead(pen);
  drawParties(pen);
  drawEvent(pen);
  drawItems(pen);
  if (receipt.refunds.length > 0 || receipt.refunded > 0) drawRefunds(pen);
  drawFeet(pen);
  return finished();
}

function drawHead(pen: Pen): void {
  const { doc, text, receipt } = pen;
  drawLogo(doc, left, pen.y - 1);
  text.line('Seatdrop', left + 42, pen.y, title);
  text.line(receiptWordsOf(receipt).title, right, pen.y, { ...title, right: true });
  pen.y += 34;
  doc.rect(left, pen.y, right - left, 2).fill('#000');
  pen.y += 20;
}

/** Seller and buyer on the left, numbers and times on the right. */
function drawParties(pen: Pen): void {
  const { receipt } = pen;
  const { seller, buyer, number, orderId, paidAt, event } = receipt;
  const say = receiptWordsOf(receipt);
  const top = pen.y;
  drawFact(pen, [say.number, number], middle, right);
  drawFact(pen, [say.order, orderId], middle, right);
  drawFact(pen, [say.paidAt, eventTime(paidAt, event.timeZone, receipt.locale)], middle, right);
  const belowNumbers = pen.y;
  pen.y = top;
  drawFact(pen, [say.seller, [seller.name, seller.address].filter(Boolean).join('\n')], left, middle - 20);
  if (seller.taxNumber !== undefined) drawFact(pen, [say.taxNumber, seller.taxNumber], left, middle - 20);
  drawFact(pen, [say.buyer, buyer], left, middle - 20);
  pen.y = Math.max(pen.y, belowNumbers) + 8;
}

/** A name in small type, and what it names below. */
function drawFact(pen: Pen, [name, value]: [string, string], x: number, end: number): void {
  drawLines(pen, name, x, end, small);
  drawLines(pen, value, x, end, plain);
  pen.y += 6;
}

function drawEvent(pen: Pen): void {
  const { event, locale } = pen.receipt;
  const say = receiptWordsOf(pen.receipt);
  drawLines(pen, event.title, left, right, heading);
  pen.y += 4;
  drawLines(pen, say.starts(eventTime(event.startsAt, event.timeZone, locale)), left, right, plain);
  drawLines(pen, say.venue(event.venue), left, right, plain);
  pen.y += 16;
}

function drawItems(pen: Pen): void {
  const { receipt, text } = pen;
  const { currency, seats, lines, tax } = receipt;
  const say = receiptWordsOf(receipt);
  text.line(say.item, left, pen.y, small);
  const isPriced = hasAmounts(receipt);
  if (isPriced) text.line(say.amountIn(currency), right, pen.y, { ...small, right: true });
  pen.y += 14;
  drawRule(pen);
  for (const seat of seats)
    drawItem(pen, say.seat(seat) + say.seatState[seat.state], isPriced ? seat.price : undefined, plain);
  if (!isPriced) {
    drawRule(pen);
    drawItem(pen, say.total, undefined, strong);
    return;
  }
  const isEachPriced = seats.every(({ price }) => price !== undefined);
  for (const { kind, amount } of lines)
    if (kind !== 'seats' || !isEachPriced) drawItem(pen, say.line[kind], amount, plain);
  drawRule(pen);
  drawItem(pen, say.total, receipt.total, strong);
  if (tax) drawItem(pen, say.tax(String(tax.percent)), tax.amount, plain);
}

function drawRefunds(pen: Pen): void {
  const { receipt } = pen;
  const { refunds, refunded, event, locale, currency } = receipt;
  const say = receiptWordsOf(receipt);
  const isPriced = hasAmounts(receipt);
  pen.y += 14;
  drawRule(pen);
  for (const { status, seats, at, amount, kept } of refunds) {
    const keptNote = kept > 0 ? `\n${say.kept(decimal({ amount: kept, currency }))}` : '';
    if (status === 'done')
      drawItem(
        pen,
        say.refund(seats, eventTime(at, event.timeZone, locale)) + keptNote,
        isPriced ? -amount : undefined,
        plain,
      );
    else drawItem(pen, say.refundDue(seats) + keptNote, undefined, plain);
  }
  if (!isPriced) return;
  drawItem(pen, say.refunded, -refunded, strong);
  drawItem(pen, say.remains, receipt.total - refunded, strong);
}

function drawItem(pen: Pen, name: string, amount: number | undefined, style: Style): void {
  const { text, receipt } = pen;
  drawLines(pen, name, left, right - amountWidth, style, () => {
    if (amount === undefined) return;
    const value = decimal({ amount: Math.abs(amount), currency: receipt.currency });
    text.line(amount < 0 ? `−${value}` : value, right, pen.y, { ...style, right: true });
  });
  pen.y += 4;
}

function drawRule(pen: Pen): void {
  pen.doc.rect(left, pen.y, right - left, 0.75).fill('#000');
  pen.y += 8;
}

/** `besideFirst` draws what stands on the first line too. */
function drawLines(
  pen: Pen,
  value: string,
  x: number,
  end: number,
  style: Style,
  besideFirst?: () => void,
): void {
  const { text } = pen;
  for (const [index, line] of text.lines(value, end - x, style).entries()) {
    makeRoom(pen, text.heightOfLine(style));
    text.line(line, x, pen.y, style);
    if (index === 0) besideFirst?.();
    pen.y += text.heightOfLine(style);
  }
}

function makeRoom(pen: Pen, height: number): void {
  if (pen.y + height <= bottom) return;
  pen.doc.addPage();
  pen.y = margin;
}

/** Once all pages are known. */
function drawFeet({ doc, text, receipt }: Pen): void {
  const say = receiptWordsOf(receipt);
  const { count } = doc.bufferedPageRange();
  for (let at = 0; at < count; at += 1) {
    doc.switchToPage(at);
    doc.rect(left, bottom + 16, right - left, 0.75).fill('#000');
    text.line(say.note, left, bottom + 24, small);
    text.line(`${receipt.number} · ${say.page(at + 1, count)}`, right, bottom + 24, {
      ...small,
      right: true,
    });
  }
}

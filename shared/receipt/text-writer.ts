/** Writes text in any script on the pages of a PDF. */
import { rightToLeftScript, runsOf, type TextRun } from './runs.ts';
import type { Fonts, Weight } from './fonts.ts';

export type Style = { size: number; weight?: Weight; color?: string };

type MeasuredRun = TextRun & { width: number };

const words = new Intl.Segmenter(undefined, { granularity: 'word' });
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How far below the baseline of a line the next one is, in parts of the size. */
const lineHeight = 1.35;

export class TextWriter {
  readonly #doc: PDFKit.PDFDocument;
  readonly #fonts: Fonts;
  /** The name in the document of each font that it has. */
  readonly #names = new Map<TextRun['font'], string>();
  /** The runs of a text and their widths at size 1, since each text is measured before it is drawn. */
  readonly #measured = new Map<string, MeasuredRun[]>();

  constructor(doc: PDFKit.PDFDocument, fonts: Fonts) {
    this.#doc = doc;
    this.#fonts = fonts;
  }

  width(text: string, { size, weight = 'regular' }: Style): number {
    return this.#measure(text, weight).reduce((sum, { width }) => sum + width * size, 0);
  }

  /** The lines of a text, each no wider than `width`. */
  lines(text: string, width: number, style: Style): string[] {
    return text.split('\n').flatMap((paragraph) => {
      if (this.width(paragraph, style) <= width) return [paragraph];
      const lines: string[] = [];
      let line = '';
      let taken = 0;
      for (const piece of this.#pieces(paragraph, width, style)) {
        const needed = this.width(piece, style);
        if (taken + needed > width && line !== '' && piece.trim() !== '') {
          lines.push(line);
          line = '';
          taken = 0;
        }
        line += piece;
        taken += needed;
      }
      return [...lines, line].map((each) => each.trim());
    });
  }

  /** Writes one line, whose top is at `y`. With `right`, `x` is where it ends. */
  line(text: string, x: number, y: number, style: Style & { right?: true }): void {
    const { size, weight = 'regular', color = '#000', right } = style;
    let at = right ? x - this.width(text, style) : x;
    this.#doc
      .fillColor(color)
      .strokeColor(color)
      .lineWidth(size / 40);
    for (const run of this.#measure(text, weight)) {
      this.#doc
        .font(this.#nameOf(run))
        .fontSize(size)
        .text(run.text, at, y + size, {
          lineBreak: false,
          // Fonts differ in height; their baselines are what lines up.
          baseline: 'alphabetic',
          // With a list, even an empty one, the run is laid out as a whole and not word by word, which would put the
          // words of Hebrew and Arabic in the wrong order.
          ...(rightToLeftScript.test(run.text) && { features: [] }),
          ...(run.needsOutline && { fill: true, stroke: true }),
        });
      at += run.width * size;
    }
  }

  heightOfLine({ size }: Style): number {
    return size * lineHeight;
  }

  /** Words, or parts of words that are wider than a line. */
  #pieces(paragraph: string, width: number, style: Style): string[] {
    return [...words.segment(paragraph)].flatMap(({ segment }) =>
      this.width(segment, style) <= width
        ? [segment]
        : Array.from(characters.segment(segment), (each) => each.segment),
    );
  }

  #measure(text: string, weight: Weight): MeasuredRun[] {
    const key = `${weight} ${text}`;
    const known = this.#measured.get(key);
    if (known) return known;
    const runs = runsOf(text, weight, this.#fonts).map((run) => ({
      ...run,
      width: run.font.layout(run.text).advanceWidth / run.font.unitsPerEm,
    }));
    this.#measured.set(key, runs);
    return runs;
  }

  #nameOf({ font }: TextRun): string {
    const known = this.#names.get(font);
    if (known !== undefined) return known;
    const name = `font-${this.#names.size}`;
    // Registered under a name, the document looks it up by that and does not compare fonts.
    this.#doc.registerFont(name, font as unknown as PDFKit.Mixins.PDFFontSource);
    this.#names.set(font, name);
    return name;
  }
}

/**
 * The fonts of receipts, each read when a character first needs it: together they are 25 MB. A character that none of them
 * has is drawn as U+FFFD. Which scripts that leaves out is in docs/payments.md.
 */
import { readFileSync } from 'node:fs';
import { create, type Font } from 'fontkit';

/** Where the file of a font is, by the package it comes from and its name in there. */
export type FindFont = (from: string, file: string) => string;

export type Weight = 'regular' | 'bold';

/** `bold`: the file for bold text. Without one, bold text is drawn with a line around it, as these fonts are large. */
type Face = { from: string; regular: string; bold?: string };

const latin: Face = {
  from: '@embedpdf/fonts-latin',
  regular: 'NotoSans-Regular.ttf',
  bold: 'NotoSans-Bold.ttf',
};

/** The first that has a character is taken. Chinese characters look Traditional where that font has them. */
const faces: readonly Face[] = [
  latin,
  { from: '@embedpdf/fonts-hebrew', regular: 'NotoSansHebrew-Regular.ttf' },
  { from: '@embedpdf/fonts-arabic', regular: 'NotoNaskhArabic-Regular.ttf' },
  { from: '@embedpdf/fonts-tc', regular: 'NotoSansHant-Regular.otf' },
  { from: '@embedpdf/fonts-sc', regular: 'NotoSansHans-Regular.otf' },
  { from: '@embedpdf/fonts-kr', regular: 'NotoSansKR-Regular.otf' },
  { from: '@embedpdf/fonts-jp', regular: 'NotoSansJP-Regular.otf' },
];

/** All files that `FindFont` is asked for. */
export const fontFiles: readonly { from: string; file: string }[] = faces.flatMap(({ from, regular, bold }) =>
  [regular, ...(bold === undefined ? [] : [bold])].map((file) => ({ from, file })),
);

export type ChosenFont = { font: Font; needsOutline: boolean };

export class Fonts {
  readonly #find: FindFont;
  readonly #read = new Map<string, Font>();

  constructor(find: FindFont) {
    this.#find = find;
  }

  /** The font for a character and the marks upon it; undefined if none has it. */
  forCharacter(character: string, weight: Weight): ChosenFont | undefined {
    const points = Array.from(character, (each) => each.codePointAt(0)!).filter(
      (point) => !isInvisible(point),
    );
    const has = (face: Face, needed: readonly number[]) =>
      needed.every((point) => this.#face(face, weight).hasGlyphForCodePoint(point));
    // A mark that the font of its letter lacks is left out.
    const face =
      faces.find((each) => has(each, points)) ?? faces.find((each) => has(each, points.slice(0, 1)));
    return face && this.#chosen(face, weight);
  }

  latin(weight: Weight): ChosenFont {
    return this.#chosen(latin, weight);
  }

  #chosen(face: Face, weight: Weight): ChosenFont {
    return {
      font: this.#face(face, weight),
      needsOutline: weight === 'bold' && face.bold === undefined,
    };
  }

  #face({ from, regular, bold = regular }: Face, weight: Weight): Font {
    const file = weight === 'bold' ? bold : regular;
    const known = this.#read.get(file);
    if (known) return known;
    const font = create(readFileSync(this.#find(from, file))) as Font;
    this.#read.set(file, font);
    return font;
  }
}

/** Joiners, direction marks and variation selectors, which choose between glyphs and have none. */
function isInvisible(point: number): boolean {
  return (point >= 0x200b && point <= 0x200f) || (point >= 0xfe00 && point <= 0xfe0f) || point === 0x2060;
}

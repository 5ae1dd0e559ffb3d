/**
 * Text in the order in which it is drawn, cut where the font or the direction changes (Unicode's bidirectional
 * algorithm, UAX #9). Lines are laid out from left to right.
 */
import createBidi from 'bidi-js';
import type { ChosenFont, Fonts, Weight } from './fonts.ts';

export type TextRun = ChosenFont & { text: string };

type LevelRun = TextRun & { level: number; characters: string[] };

// Its types describe its ES module; Node loads the other one, which is the function itself.
const bidi = (createBidi as unknown as typeof createBidi.default)();
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const replacement = '\ufffd';

/** The runs of one line, from left to right. */
export function runsOf(line: string, weight: Weight, fonts: Fonts): TextRun[] {
  const { levels } = bidi.getEmbeddingLevels(line, 'ltr');
  const runs: LevelRun[] = [];
  for (const { segment, index } of characters.segment(line)) {
    const chosen = fonts.forCharacter(segment, weight);
    const text = chosen ? segment : replacement;
    const level = levels[index] ?? 0;
    const last = runs.at(-1);
    const { font, needsOutline } = chosen ?? fonts.latin(weight);
    if (last?.font === font && last.level === level) last.characters.push(text);
    else runs.push({ font, needsOutline, text: '', level, characters: [text] });
  }
  return inDrawnOrder(runs).map(({ font, needsOutline, level, characters: own }) => ({
    font,
    needsOutline,
    text: level % 2 === 1 ? fromRight(own) : own.join(''),
  }));
}

/** From the highest level down, every sequence of runs of that level or above is reversed (rule L2). */
function inDrawnOrder(runs: readonly LevelRun[]): LevelRun[] {
  const ordered = [...runs];
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1) {
    for (let start = 0; start < ordered.length; start += 1) {
      let end = start;
      while (end < ordered.length && ordered[end]!.level >= level) end += 1;
      if (end - start > 1) ordered.splice(start, end - start, ...ordered.slice(start, end).toReversed());
      start = Math.max(start, end - 1);
    }
  }
  return ordered;
}

export const rightToLeftScript = /\p{Script=Hebrew}|\p{Script=Arabic}/u;

/** fontkit turns letters of these scripts round itself, and joins them; what stands between them it leaves. */
function fromRight(own: readonly string[]): string {
  const text = own.join('');
  if (rightToLeftScript.test(text)) return text;
  return own
    .toReversed()
    .map((each) => bidi.getMirroredCharacter(each) ?? each)
    .join('');
}

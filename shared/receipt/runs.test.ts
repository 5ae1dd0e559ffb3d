import { installedFont } from './font-files.ts';
import { Fonts } from './fonts.ts';
import { runsOf } from './runs.ts';

const fonts = new Fonts(installedFont);

/** Each run with the letters of its font's name, from left to right. */
const drawn = (line: string) =>
  runsOf(line, 'regular', fonts).map(({ text, font }) => [text, font.postscriptName]);

test('a line in one script is one run', () => {
  expect(drawn('Ann-Marie O’Neil 3')).toEqual([['Ann-Marie O’Neil 3', 'NotoSans-Regular']]);
});

test('runs that are read from the right stand in that order, with their numbers as they are', () => {
  const hebrew = 'NotoSansHebrew';
  const latin = 'NotoSans-Regular';
  // fontkit turns the letters of a run round.
  expect(drawn('רחוב הרצל 12')).toEqual([
    ['12', latin],
    [' ', latin],
    ['הרצל', hebrew],
    [' ', latin],
    ['רחוב', hebrew],
  ]);
  expect(drawn('Mr שלום (עולם) x')).toEqual([
    ['Mr ', latin],
    // The bracket that opens is read first, so it is the right one, and looks like `)` turned round.
    ['(', latin],
    ['עולם', hebrew],
    [') ', latin],
    ['שלום', hebrew],
    [' x', latin],
  ]);
});

test('a mark stays with its letter, and what no font has is one sign', () => {
  expect(drawn('q\u0307a')).toEqual([['q\u0307a', 'NotoSans-Regular']]);
  expect(drawn('a👍🏽b')).toEqual([['a\ufffdb', 'NotoSans-Regular']]);
});

test('bold text of a font without a bold file gets a line around it', () => {
  const bold = runsOf('A王', 'bold', fonts).map(({ needsOutline, font }) => [
    needsOutline,
    font.postscriptName,
  ]);
  expect(bold).toEqual([
    [false, 'NotoSans-Bold'],
    [true, 'NotoSansHant-Regular'],
  ]);
});

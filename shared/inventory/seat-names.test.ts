/** Section names that look the same to people count as the same name, so that no seat is sold twice under two of them. */
import { rowsOf, describeSeat } from './layout.ts';
import { hasSectionTwice, seatNameOf, sectionKey, takenSections } from './seat-names.ts';

test.each([
  ['Floor', 'floor'],
  ['Floor', '  FLOOR '],
  ['Upper  Tier', 'upper\u00a0tier'],
  ['Upper Tier', 'Upper\u3000Tier'],
  ['Floor', 'Ｆｌｏｏｒ'],
  ['Block Ⅳ', 'block iv'],
  ['Café', 'CAFE\u0301'],
  ['Straße', 'STRASSE'],
  ['Στάσις', 'ΣΤΆΣΙΣ'],
  ['Floor', 'Flo\u00ador'],
  ['Floor', 'Floor\u200b'],
  ['İç', 'i\u0307ç'],
  ['A\ud800', 'a\ufffd'],
])('%j and %j are one', (one, other) => {
  expect(sectionKey(one)).toBe(sectionKey(other));
  expect(hasSectionTwice([{ name: one }, { name: 'Else' }, { name: other }])).toBe(true);
});

test.each([
  ['Café', 'Cafe'],
  ['Floor 1', 'Floor 2'],
  ['Floor', 'Floor A'],
  ['North-East', 'North East'],
  ['ス', 'ズ'],
])('%j and %j are two', (one, other) => {
  expect(sectionKey(one)).not.toBe(sectionKey(other));
  expect(hasSectionTwice([{ name: one }, { name: other }])).toBe(false);
});

test('the longest name has a key that its column takes, and a key is its own key', () => {
  // NFKC turns this one character into eighteen.
  const key = sectionKey('\ufdfa'.repeat(50));
  expect(key).toHaveLength(255);
  for (const name of ['Straße', 'ΣΤΆΣΙΣ', 'İç', 'ı', 'ﬃ', 'ŉ', 'ΐ', ' Ｆ\u00ad x '])
    expect(sectionKey(sectionKey(name))).toBe(sectionKey(name));
});

test('each seat id of a drop has the name by which people know it, and no other id has that', () => {
  const sections = [
    { name: 'Floor', rows: 2, seatsPerRow: 3 },
    { name: 'Gallery', rows: 1, seatsPerRow: 5 },
  ];
  const rows = rowsOf(sections);
  const ids = rows.flatMap(({ seats }, row) => Array.from({ length: seats }, (_, at) => `${row}.${at + 1}`));
  const names = ids.map((id) => seatNameOf(id, sections));
  expect(new Set(names.map((name) => JSON.stringify(name))).size).toBe(11);
  for (const [at, id] of ids.entries()) {
    const { section, row, number } = describeSeat(id, rows);
    expect(names[at]).toEqual({ section_key: sectionKey(section), row_label: row, seat_number: number });
  }
  for (const id of ['2.6', '0.4', '3.1', '0.0', '-1.1', '0', '', '0.1.1', '00.1'])
    expect(() => seatNameOf(id, sections)).toThrow(RangeError);
});

test('a section that another drop has is found, with that drop', () => {
  const others = [
    { id: 7, sections: [{ name: 'Floor' }, { name: 'Gallery' }] },
    { id: 8, sections: [{ name: 'Balcony' }] },
  ];
  expect(takenSections([{ name: 'Box' }, { name: 'balcony' }, { name: 'GALLERY' }], others)).toEqual([
    { index: 1, name: 'balcony', drop: others[1] },
    { index: 2, name: 'GALLERY', drop: others[0] },
  ]);
  expect(takenSections([{ name: 'Box' }], others)).toEqual([]);
});

import { readSeat, seatsMeant } from './seat-searched.ts';

const sections = [
  { name: 'Stalls', rows: 3, seatsPerRow: 10 },
  { name: 'Stalls left', rows: 2, seatsPerRow: 4 },
  { name: 'A 區', rows: 2, seatsPerRow: 6 },
];
const meant = (text: string) => {
  const seat = readSeat(text);
  return seat && seatsMeant(seat, sections);
};

test.each([
  ['Stalls, row 2, seat 5', ['1.5']],
  ['stalls row 2 seat 5', ['1.5']],
  ['STALLS 2 5', ['1.5']],
  ['Stalls, row 2: 5', ['1.5']],
  ['A 區 2 排 5 號', ['6.5']],
  ['Ａ區２排５號', []],
  ['Ａ 區２排５號', ['6.5']],
  // Any section; a beginning of its name is enough.
  ['2/3', ['1.3', '4.3', '6.3']],
  ['stal 2 3', ['1.3', '4.3']],
  ['Stalls l 2 3', ['4.3']],
  ['1.5', ['1.5']],
  // There is no such seat.
  ['Stalls 4 1', []],
  ['Stalls 0 1', []],
  ['Stalls 1 0', []],
  ['Stalls left 1 5', []],
  ['Balcony 1 1', []],
])('%s', (text, ids) => {
  expect(meant(text)).toEqual(ids);
});

test.each([
  'Stalls',
  'Stalls 2',
  '25',
  'anna@seatdrop.test',
  'pi_3 abc',
  '',
  '1.',
  '.5',
  '1.5.2',
  '99999 99999',
])('%j names no seat', (text) => {
  expect(readSeat(text)).toBeUndefined();
});

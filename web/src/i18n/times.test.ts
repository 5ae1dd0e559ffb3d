import { createTimes } from './times.ts';

const berlin = 'Europe/Berlin';
const angeles = 'America/Los_Angeles';
/** 20:00 in Berlin, 11:00 in Los Angeles. */
const evening = '2031-07-05T18:00:00.000Z';
const inThatYear = () => Date.parse('2031-02-01T12:00:00Z');
const both = (there: string, here: string) => `${there} / ${here}`;

describe.each(['en-GB', 'en-US', 'zh-Hant-TW'])('in %s', (tag) => {
  test('an event in Berlin at 20:00 is at 20:00 for a reader in Los Angeles, and the zone is named', () => {
    const times = createTimes(tag, angeles, inThatYear);
    for (const text of [
      times.time(evening, berlin),
      times.moment(evening, berlin),
      times.exactMoment(evening, berlin),
    ]) {
      expect(text).toMatch(/20:00|8:00/);
      expect(text).not.toContain('11:00');
      expect(text).toMatch(/CEST|GMT\+2/);
    }
  });

  test('an opening is told on the clocks of both', () => {
    const times = createTimes(tag, angeles, inThatYear);
    const told = times.opening(evening, berlin, both);
    expect(told).toMatch(/(20:00|8:00).*(CEST|GMT\+2).* \/ .*11:00.*(PDT|GMT-7)/);
    // If both zones show the same, it is written once.
    expect(createTimes(tag, 'Europe/Paris', inThatYear).opening(evening, berlin, both)).toBe(
      times.moment(evening, berlin),
    );
  });
});

test('an opening that is on another day for the reader says so', () => {
  const times = createTimes('en-GB', 'Asia/Taipei', inThatYear);
  expect(times.opening(evening, berlin, both)).toBe('Sat 5 Jul, 20:00 CEST / Sun 6 Jul, 02:00 GMT+8');
  expect(createTimes('en-GB', angeles, inThatYear).opening(evening, berlin, both)).toBe(
    'Sat 5 Jul, 20:00 CEST / 11:00 GMT-7',
  );
});

test('a year is told where it is not this one, as the event’s calendar has it', () => {
  const times = createTimes('en-GB', angeles, inThatYear);
  expect(times.day(evening, berlin)).toBe('Saturday 5 July');
  expect(createTimes('en-GB', angeles, () => Date.parse('2030-12-31T12:00Z')).day(evening, berlin)).toBe(
    'Saturday, 5 July 2031',
  );
  expect(times.fullDay(evening, berlin)).toBe('Saturday, 5 July 2031');
  // The new year has begun in Berlin but not in Los Angeles.
  const eve = '2031-12-31T23:30:00Z';
  expect(times.moment(eve, berlin)).toBe('Thu, 1 Jan 2032, 00:30 CET');
  expect(times.moment(eve, angeles)).toBe('Wed 31 Dec, 15:30 GMT-8');
});

test('the day is that of the event’s calendar', () => {
  const times = createTimes('en-GB', angeles, inThatYear);
  expect(times.dayAndMonth('2031-07-04T22:30:00Z', berlin)).toEqual({ day: '5', month: 'Jul' });
  expect(createTimes('zh-Hant-TW', angeles).dayAndMonth('2031-07-04T22:30:00Z', berlin)).toEqual({
    day: '5',
    month: '7月',
  });
});

test('a zone that the browser does not know is told in UTC, by that name', () => {
  const times = createTimes('en-GB', angeles, inThatYear);
  expect(times.moment(evening, 'Mars/Olympus_Mons')).toBe('Sat 5 Jul, 18:00 UTC');
});

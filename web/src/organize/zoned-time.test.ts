import { momentOf, typedTime } from './zoned-time.ts';

const berlin = 'Europe/Berlin';
const at = (iso: string) => Date.parse(iso);

test('a time is that of the zone, summer or winter', () => {
  expect(momentOf('2031-01-15T20:00', berlin)).toEqual({
    kind: 'moment',
    at: at('2031-01-15T19:00Z'),
    twice: false,
  });
  expect(momentOf('2031-07-15T20:00', berlin)).toEqual({
    kind: 'moment',
    at: at('2031-07-15T18:00Z'),
    twice: false,
  });
  expect(momentOf('2031-07-15T20:00', 'Asia/Taipei')).toMatchObject({ at: at('2031-07-15T12:00Z') });
  expect(momentOf('2031-07-15T20:00', 'Asia/Kathmandu')).toMatchObject({ at: at('2031-07-15T14:15Z') });
});

test('a time that the clocks skip means nothing, and one that comes twice the first', () => {
  expect(momentOf('2031-03-30T02:30', berlin)).toEqual({ kind: 'gap' });
  expect(momentOf('2031-03-30T03:00', berlin)).toMatchObject({ at: at('2031-03-30T01:00Z'), twice: false });
  expect(momentOf('2031-10-26T02:30', berlin)).toEqual({
    kind: 'moment',
    at: at('2031-10-26T00:30Z'),
    twice: true,
  });
  expect(momentOf('2031-10-26T03:00', berlin)).toMatchObject({ at: at('2031-10-26T02:00Z'), twice: false });
});

test('what is typed comes back as it was, in every zone', () => {
  const wrong: string[] = [];
  for (const zone of ['UTC', berlin, 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia']) {
    for (let hour = 0; hour < 24 * 366; hour += 7) {
      const moment = at('2031-01-01T00:00Z') + hour * 3_600_000;
      const meant = momentOf(typedTime(moment, zone), zone);
      // Of two moments with the same local time, the first is meant.
      const isRight = meant.kind === 'moment' && (meant.at === moment || (meant.twice && meant.at < moment));
      if (!isRight) wrong.push(`${zone} ${new Date(moment).toISOString()}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('half a time is none', () => {
  for (const typed of ['', '2031-01-15', 'soon']) expect(momentOf(typed, berlin)).toEqual({ kind: 'none' });
});

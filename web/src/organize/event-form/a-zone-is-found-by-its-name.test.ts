import { timeZone } from '@seatdrop/shared/contract/times.ts';
import { allZones, zoneLabel, zoneNamed } from './zones.ts';

test('by its name in any case, with blanks, or by its city alone', () => {
  for (const typed of ['Europe/Berlin', 'europe/berlin', ' Berlin ', 'berlin'])
    expect(zoneNamed(typed)).toBe('Europe/Berlin');
  for (const typed of ['America/New_York', 'america/new york', 'New York'])
    expect(zoneNamed(typed)).toBe('America/New_York');
  for (const typed of ['', 'Europe', 'Middle of nowhere', '+02:00']) expect(zoneNamed(typed)).toBeUndefined();
});

test('the server takes every zone that can be chosen', () => {
  expect(allZones().length).toBeGreaterThan(300);
  expect(allZones().filter((zone) => !timeZone.safeParse(zone).success)).toEqual([]);
});

test('the server takes both names of a zone, of which each browser lists one, and no offset', () => {
  for (const zone of ['Asia/Kolkata', 'Asia/Calcutta', 'Europe/Kyiv', 'Europe/Kiev', 'UTC'])
    expect(timeZone.safeParse(zone).success).toBe(true);
  for (const zone of ['+02:00', '-0330', 'Europe/Nowhere', ''])
    expect(timeZone.safeParse(zone).success).toBe(false);
});

test('it says what else the zone is called', () => {
  expect(zoneLabel('America/New_York', 'en')).toBe('New York, Eastern Time');
});

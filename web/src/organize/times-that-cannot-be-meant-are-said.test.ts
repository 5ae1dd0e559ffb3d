import { aDrop, anEvent } from '../../testing/things.ts';
import { faultIn } from '../forms/form-fault.ts';
import { contractResolver } from '../forms/contract-resolver.ts';
import { dropRules, dropValues, newDropValues, type DropValues } from './drop-form/drop-values.ts';
import { eventRules, valuesOf, type EventValues } from './event-form/event-values.ts';

const options = { fields: {}, shouldUseNativeValidation: false };
type Errors = Partial<Record<string, { message?: unknown }>>;

/** 20:00 in Berlin. */
const drop = aDrop({
  state: 'scheduled',
  opensAt: '2041-06-05T18:00:00.000Z',
  closesAt: '2041-07-05T16:00:00.000Z',
});
const event = anEvent({ startsAt: '2041-07-05T18:00:00.000Z', drops: [drop] });

async function faultsOfEvent(changes: Partial<EventValues>) {
  const resolver = contractResolver(eventRules(event));
  const { errors } = await resolver({ ...valuesOf(event), ...changes }, undefined, options);
  return codeAt('startsAt', errors);
}

async function faultsOfDrop(changes: Partial<DropValues>) {
  const resolver = contractResolver(dropRules(event, drop));
  const { errors } = await resolver({ ...dropValues(drop, event), ...changes }, undefined, options);
  return codeAt('closesAt', errors);
}

function codeAt(field: string, errors: Errors): string | undefined {
  const text = errors[field]?.message;
  return typeof text === 'string' ? faultIn(text).code : undefined;
}

test('times are typed as the clocks at the venue show them', () => {
  expect(valuesOf(event)).toMatchObject({ startsAt: '2041-07-05T20:00', timeZone: 'Europe/Berlin' });
  expect(dropValues(drop, event)).toMatchObject({
    opensAt: '2041-06-05T20:00',
    closesAt: '2041-07-05T18:00',
  });
});

test('a time that the clocks at the venue skip is said to be none', async () => {
  expect(await faultsOfEvent({ startsAt: '2042-03-30T02:30' })).toBe('time_gap');
  expect(await faultsOfEvent({ startsAt: '2042-03-30T02:30', timeZone: 'Asia/Taipei' })).toBeUndefined();
});

test('an event in the past, and one before the closing of its sales, unless that is chosen', async () => {
  expect(await faultsOfEvent({})).toBeUndefined();
  expect(await faultsOfEvent({ startsAt: '2020-07-05T20:00' })).toBe('in_the_past');
  expect(await faultsOfEvent({ startsAt: '2041-07-05T17:00' })).toBe('starts_before_closing');
  // In a zone further east the same local time is earlier.
  expect(await faultsOfEvent({ timeZone: 'Asia/Taipei' })).toBe('starts_before_closing');
  expect(await faultsOfEvent({ startsAt: '2041-07-05T17:00', allowLate: true })).toBeUndefined();
});

test('a sale that closes after its event begins, unless that is chosen', async () => {
  expect(await faultsOfDrop({ closesAt: '2041-07-05T20:00' })).toBeUndefined();
  expect(await faultsOfDrop({ closesAt: '2041-07-05T20:01' })).toBe('closes_late');
  expect(await faultsOfDrop({ closesAt: '2041-07-05T20:01', allowLate: true })).toBeUndefined();
});

test('a sale of an event that begins soon closes with it', () => {
  const now = Date.parse('2041-07-05T12:20:00Z');
  expect(newDropValues(event, now)).toMatchObject({
    opensAt: '2041-07-05T15:00',
    closesAt: '2041-07-05T20:00',
  });
});

test('a sale that is edited has every term', async () => {
  expect(await faultsOfDrop({ closesAt: '' })).toBe('required');
});

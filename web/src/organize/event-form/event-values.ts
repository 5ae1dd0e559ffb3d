/** What stands in the form of an event, and what is sent for it. */
import type { Resolver } from 'react-hook-form';
import type { Event } from '../../api/types.ts';
import type { StaffWords } from '../../staff/words/en.ts';
import { issueWords, resultOf, type FieldOf } from '../form-faults.ts';
import { loadEventSchemas } from '../load-schemas.ts';
import { serverClock } from '../../clock/server-clock.ts';
import { deviceZone } from '../../i18n/times.ts';
import { momentOf, typedTime, usableZone } from '../zoned-time.ts';
import { zoneNamed } from './zones.ts';

export type EventValues = {
  title: string;
  venue: string;
  startsAt: string;
  /** As it was typed. */
  timeZone: string;
  description: string;
  /** Its sales may close after it begins. */
  allowLate: boolean;
};

export const fieldOf: FieldOf = ([first = 'root']) => first;

export function valuesOf(event: Event | undefined): EventValues {
  if (!event)
    return { title: '', venue: '', startsAt: '', timeZone: deviceZone(), description: '', allowLate: false };
  const { title, venue, timeZone, description } = event;
  const startsAt = typedTimeOf(event);
  return { title, venue, description, timeZone, startsAt, allowLate: false };
}

function typedTimeOf(event: Event): string;
function typedTimeOf(event: Event | undefined): string | undefined;
function typedTimeOf(event: Event | undefined): string | undefined {
  return event && typedTime(Date.parse(event.startsAt), usableZone(event.timeZone));
}

/** In which the time that is typed is meant; while none is named, that of the device. */
export function zoneOf({ timeZone }: Pick<EventValues, 'timeZone'>): string {
  return zoneNamed(timeZone) ?? deviceZone();
}

export function bodyOf(values: EventValues) {
  const meant = momentOf(values.startsAt, zoneOf(values));
  const startsAt = meant.kind === 'moment' ? new Date(meant.at).toISOString() : undefined;
  const { allowLate, ...facts } = values;
  const timeZone = zoneNamed(values.timeZone) ?? values.timeZone;
  return { ...facts, startsAt, timeZone, ...(allowLate && { allowLate: true }) };
}

/** Whether a sale of the event would close after it begins, as it does not do now. */
export function hasLateDrop(values: EventValues, event: Event | undefined): boolean {
  const starts = Date.parse(bodyOf(values).startsAt ?? '');
  return (
    event !== undefined &&
    starts < Date.parse(event.startsAt) &&
    event.drops.some(({ state, closesAt }) => state !== 'cancelled' && Date.parse(closesAt) > starts)
  );
}

export function eventRules(words: StaffWords, event: Event | undefined): Resolver<EventValues> {
  return async (values) => {
    const schemas = await loadEventSchemas().catch(() => undefined);
    // Rules that did not come hold nobody up: the server has them too.
    if (!schemas) return { values, errors: {} };
    const { allowLate, ...body } = bodyOf(values);
    const parsed = schemas.newEvent.safeParse(body);
    const isGap = momentOf(values.startsAt, zoneOf(values)).kind === 'gap';
    const faults = (parsed.error?.issues ?? []).map((issue) => {
      const field = fieldOf(issue.path.map(String));
      const message = field === 'startsAt' && isGap ? words.faults.gap : issueWords(issue, body, words);
      return { field, message };
    });
    const hasMoved = typedTimeOf(event) !== values.startsAt || event?.timeZone !== body.timeZone;
    if (hasMoved && Date.parse(body.startsAt ?? '') < serverClock.now())
      faults.push({ field: 'startsAt', message: words.faults.past });
    if (hasLateDrop(values, event) && !allowLate)
      faults.push({ field: 'startsAt', message: words.faults.dropLate });
    return resultOf(values, faults);
  };
}

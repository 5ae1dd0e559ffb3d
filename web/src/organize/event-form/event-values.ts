/** What stands in the form of an event, and what is sent for it. */
import type { Resolver } from 'react-hook-form';
import type { Event } from '../../api/types.ts';
import type { StaffWords } from '../../staff/words/en.ts';
import { issueWords, resultOf, type FieldOf } from '../form-faults.ts';
import { loadEventSchemas } from '../load-schemas.ts';
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
};

export const fieldOf: FieldOf = ([first = 'root']) => first;

export function valuesOf(event: Event | undefined): EventValues {
  if (!event) return { title: '', venue: '', startsAt: '', timeZone: deviceZone(), description: '' };
  const { title, venue, timeZone, description } = event;
  const startsAt = typedTime(Date.parse(event.startsAt), usableZone(timeZone));
  return { title, venue, description, timeZone, startsAt };
}

/** In which the time that is typed is meant; while none is named, that of the device. */
export function zoneOf({ timeZone }: Pick<EventValues, 'timeZone'>): string {
  return zoneNamed(timeZone) ?? deviceZone();
}

export function bodyOf(values: EventValues) {
  const meant = momentOf(values.startsAt, zoneOf(values));
  const startsAt = meant.kind === 'moment' ? new Date(meant.at).toISOString() : undefined;
  return { ...values, startsAt, timeZone: zoneNamed(values.timeZone) ?? values.timeZone };
}

export function eventRules(words: StaffWords): Resolver<EventValues> {
  return async (values) => {
    const { newEvent } = await loadEventSchemas();
    const body = bodyOf(values);
    const parsed = newEvent.safeParse(body);
    const isGap = momentOf(values.startsAt, zoneOf(values)).kind === 'gap';
    const faults = (parsed.error?.issues ?? []).map((issue) => {
      const field = fieldOf(issue.path.map(String));
      const message = field === 'startsAt' && isGap ? words.faults.gap : issueWords(issue, body, words);
      return { field, message };
    });
    return resultOf(values, faults);
  };
}

/** What stands in the form of an event, and what is sent for it. */
import type { Resolver } from 'react-hook-form';
import type { Event } from '../../api/types.ts';
import type { StaffWords } from '../../staff/words/en.ts';
import { issueWords, resultOf, type FieldOf } from '../form-faults.ts';
import { loadEventSchemas } from '../load-schemas.ts';
import { momentOf, ownZone, typedTime } from '../zoned-time.ts';

export type EventValues = { title: string; venue: string; startsAt: string; description: string };

export const fieldOf: FieldOf = ([first = 'root']) => first;

export function valuesOf(event: Event | undefined): EventValues {
  if (!event) return { title: '', venue: '', startsAt: '', description: '' };
  const { title, venue, description } = event;
  return { title, venue, description, startsAt: typedTime(Date.parse(event.startsAt), ownZone()) };
}

export function bodyOf(values: EventValues) {
  const timeZone = ownZone();
  const meant = momentOf(values.startsAt, timeZone);
  const startsAt = meant.kind === 'moment' ? new Date(meant.at).toISOString() : undefined;
  return { ...values, startsAt, timeZone };
}

export function eventRules(words: StaffWords): Resolver<EventValues> {
  return async (values) => {
    const { newEvent } = await loadEventSchemas();
    const body = bodyOf(values);
    const parsed = newEvent.safeParse(body);
    const isGap = momentOf(values.startsAt, ownZone()).kind === 'gap';
    const faults = (parsed.error?.issues ?? []).map((issue) => {
      const field = fieldOf(issue.path.map(String));
      const message = field === 'startsAt' && isGap ? words.faults.gap : issueWords(issue, body, words);
      return { field, message };
    });
    return resultOf(values, faults);
  };
}

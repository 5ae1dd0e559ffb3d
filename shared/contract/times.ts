import { z } from 'zod';
import { fault } from './fault-codes.ts';

/** Times are ISO 8601 in UTC: `2030-05-04T18:00:00Z`. */
export const time = z.iso.datetime();

const years = { minimum: 2000, maximum: 2199 };

/** A time that a user sets. Catches typing errors such as the year 20255. */
export const chosenTime = time.refine(
  (text) => {
    const year = Number(text.slice(0, 4));
    return year >= years.minimum && year <= years.maximum;
  },
  fault('year_out_of_range', years),
);

/**
 * A property of the request, not of the drop: whether this call may result in a drop that closes after the event
 * starts.
 */
export const allowLate = z.boolean().optional().meta({
  description:
    'Must be `true` if a drop is to close after its event starts; otherwise such a request gets 422',
});

/**
 * Accepts every name that Intl knows, not only those listed by Intl.supportedValuesOf: which of two names is listed
 * (Asia/Kolkata, Asia/Calcutta) differs between browsers and Node.
 */
export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, fault('not_a_time_zone'))
  .meta({ description: 'IANA name, such as Asia/Taipei' });

/** An offset such as `+02:00` is not a time zone: it has no rules for daylight saving time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

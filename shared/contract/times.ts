import { z } from 'zod';

/** Times are ISO 8601 in UTC: `2030-05-04T18:00:00Z`. */
export const time = z.iso.datetime();

/** A time somebody may set. Typing slips such as the year 20255 are caught here. */
export const chosenTime = time.refine(
  (text) => {
    const year = Number(text.slice(0, 4));
    return year >= 2000 && year < 2200;
  },
  { error: 'The year must be between 2000 and 2199' },
);

/** Said of an event or an opening that would be over before anybody could know of it. */
export const inThePast = 'Must not be in the past';

/** Said of the time a drop closes at, or an event starts at. */
export const closesLate = 'The drop would close after its event starts; `allowLate: true` allows that';

/** Of the request, not of the drop: whether this call may leave a drop that closes after its event starts. */
export const allowLate = z.boolean().optional().meta({
  description: 'Must be `true` where a drop shall close after its event starts; 422 otherwise',
});

/**
 * A zone is accepted by any name that Intl knows, not only by those that Intl.supportedValuesOf lists: which of two
 * names is listed (Asia/Kolkata, Asia/Calcutta) differs between browsers and Node.
 */
export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'Not a time zone' })
  .meta({ description: 'IANA name, such as Asia/Taipei' });

/** An offset such as `+02:00` is none: it does not know when the clocks are set. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

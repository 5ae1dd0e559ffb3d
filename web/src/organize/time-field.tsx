import type { InputHTMLAttributes, Ref } from 'react';
import { Field } from '../design/field.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { useWords } from '../staff/use-words.ts';
import { momentOf } from './zoned-time.ts';

type TimeFieldProps = {
  label: string;
  /** What is typed at the moment, to be read back. */
  typed: string;
  /** In which it is meant: that of the event. */
  timeZone: string;
  error?: string | undefined;
} & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

/** A moment, on the clocks of the event's place, and read back with its weekday and in UTC so that no slip goes unseen. */
export function TimeField({ label, typed, timeZone, error, ...input }: TimeFieldProps) {
  const { format } = useLocale();
  const words = useWords();
  const meant = momentOf(typed, timeZone);
  const readBack =
    meant.kind === 'moment' &&
    words.time.readBack(format.exactMoment(meant.at, timeZone), format.utcTime(meant.at));
  return (
    <Field
      {...input}
      type="datetime-local"
      label={label}
      error={error ?? (meant.kind === 'gap' ? words.faults.gap : undefined)}
      hint={
        <>
          {words.time.zone(timeZone)}
          {readBack && (
            <>
              <br />
              {readBack}
            </>
          )}
          {meant.kind === 'moment' && meant.twice && (
            <>
              <br />
              {words.time.twice}
            </>
          )}
        </>
      }
    />
  );
}

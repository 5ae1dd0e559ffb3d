import type { InputHTMLAttributes, Ref } from 'react';
import { Field } from '../design/field.tsx';
import { useFaultWords } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import { useWords } from '../staff/use-words.ts';
import { momentOf } from './zoned-time.ts';

type TimeFieldProps = {
  label: string;
  /** The value as it is typed. */
  typed: string;
  /** The zone of the value: the event's. */
  timeZone: string;
  error?: string | undefined;
} & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

/** A time in the event's zone. It is repeated below with its weekday and in UTC, so that mistakes are noticed. */
export function TimeField({ label, typed, timeZone, error, ...input }: TimeFieldProps) {
  const { format } = useLocale();
  const words = useWords();
  const faults = useFaultWords();
  const meant = momentOf(typed, timeZone);
  const readBack =
    meant.kind === 'moment' &&
    words.time.readBack(format.exactMoment(meant.at, timeZone), format.utcTime(meant.at));
  return (
    <Field
      {...input}
      type="datetime-local"
      label={label}
      error={error ?? (meant.kind === 'gap' ? faults.time_gap : undefined)}
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

import type { InputHTMLAttributes, Ref } from 'react';
import { Field } from '../design/field.tsx';
import { useLocale } from '../i18n/locale.tsx';
import { useWords } from '../staff/use-words.ts';
import { momentOf, ownZone } from './zoned-time.ts';

type TimeFieldProps = {
  label: string;
  /** What is typed at the moment, to be read back. */
  typed: string;
  error?: string | undefined;
} & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

/** A moment, in the zone of whoever types, and read back with its weekday and in UTC so that no slip goes unseen. */
export function TimeField({ label, typed, error, ...input }: TimeFieldProps) {
  const { format } = useLocale();
  const words = useWords();
  const zone = ownZone();
  const meant = momentOf(typed, zone);
  const readBack =
    meant.kind === 'moment' && words.time.readBack(format.zonedMoment(meant.at), format.utcTime(meant.at));
  return (
    <Field
      {...input}
      type="datetime-local"
      label={label}
      error={error ?? (meant.kind === 'gap' ? words.faults.gap : undefined)}
      hint={
        <>
          {words.time.zone(zone)}
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

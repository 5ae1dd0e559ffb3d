import { useId, useState, type InputHTMLAttributes, type Ref } from 'react';
import { Field } from '../../design/field.tsx';
import { serverClock } from '../../clock/server-clock.ts';
import { useLocale } from '../../i18n/locale.tsx';
import { useWords } from '../../staff/use-words.ts';
import { allZones, zoneLabel, zoneNamed } from './zones.ts';

type ZoneFieldProps = {
  typed: string;
  error?: string | undefined;
} & InputHTMLAttributes<HTMLInputElement> & {
    ref?: Ref<HTMLInputElement>;
  };

/**
 * The zone of the event's place. The browser's own list of suggestions: it can be searched, by city and by the zone's
 * common name too, and keys, screen readers and phones know it. What it is now in the zone is read back.
 */
export function ZoneField({ typed, error, ...input }: ZoneFieldProps) {
  const { format, locale } = useLocale();
  const words = useWords();
  const id = useId();
  // Some hundred names are spelled out only when somebody wants them.
  const [isWanted, setWanted] = useState(false);
  const zone = zoneNamed(typed);
  return (
    <>
      <Field
        {...input}
        list={id}
        label={words.event.timeZone}
        hint={
          <>
            {words.event.timeZoneHint}
            {zone !== undefined && (
              <>
                <br />
                {words.event.nowThere(format.exactMoment(serverClock.now(), zone))}
              </>
            )}
          </>
        }
        error={error}
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        onFocus={() => setWanted(true)}
      />
      <datalist id={id}>
        {isWanted &&
          allZones().map((each) => <option key={each} value={each} label={zoneLabel(each, locale)} />)}
      </datalist>
    </>
  );
}

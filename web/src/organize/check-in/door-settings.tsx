import { useState } from 'react';
import { Button } from '../../design/button.tsx';
import { Field } from '../../design/field.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import type { CheckInCounts } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import styles from './check-in-page.module.css';
import { readDoorName, type useSoundChoice, type useThisDoor } from './this-door.ts';

type DoorSettingsProps = {
  here: ReturnType<typeof useThisDoor>;
  sound: ReturnType<typeof useSoundChoice>;
  places: CheckInCounts['places'];
};

/** The name of this door, sound, and how many each door has let in. */
export function DoorSettings({ here, sound: [hasSound, setSound], places }: DoorSettingsProps) {
  const { format } = useLocale();
  const { checkIn: words } = useWords();
  const [typed, setTyped] = useState(here.door ?? '');
  const name = typed.trim() === '' ? undefined : readDoorName(typed);
  const isRefused = name === undefined && typed.trim() !== '';
  const doors = countDoors(places);
  return (
    <section className={styles.settings} aria-labelledby="this-door">
      <h2 id="this-door">{words.thisDoor}</h2>
      <Field
        label={words.doorName}
        hint={words.doorHint}
        value={typed}
        maxLength={60}
        autoComplete="off"
        error={isRefused ? words.doorRefused : undefined}
        onChange={({ target }) => {
          setTyped(target.value);
          const next = readDoorName(target.value);
          // What the API would refuse must not reach it with every ticket.
          if (next !== undefined || target.value.trim() === '') here.nameDoor(next);
        }}
      />
      <Button look="quiet" aria-pressed={hasSound} onClick={() => setSound(!hasSound)}>
        {hasSound ? words.soundOff : words.soundOn}
      </Button>
      {doors.length > 0 && (
        <>
          <h3>{words.byDoor}</h3>
          <ul className={styles.places}>
            {doors.map(([door, count]) => (
              <li key={door ?? ''}>
                <bdi>{door ?? words.noDoor}</bdi> <strong>{format.number(count)}</strong>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** A door may have several devices. */
function countDoors(places: CheckInCounts['places']) {
  const counts = new Map<string | undefined, number>();
  for (const { door, checkedIn } of places) counts.set(door, (counts.get(door) ?? 0) + checkedIn);
  return [...counts].toSorted(([, one], [, other]) => other - one);
}

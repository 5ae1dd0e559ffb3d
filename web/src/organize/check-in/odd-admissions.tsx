/** Who was let in without network although the ticket was used or void. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../design/button.tsx';
import rows from '../../design/rows.module.css';
import { useLocale } from '../../i18n/locale.tsx';
import { useWords } from '../../staff/use-words.ts';
import styles from './check-in-page.module.css';
import type { DoorAdmission } from './door-store.ts';
import { doublesQuery } from './queries.ts';
import { usePlaceWords } from './use-place-words.ts';

type OddAdmissionsProps = {
  admissions: readonly DoorAdmission[];
  forget: (nonce: string) => Promise<void>;
  timeZone: string;
};

/** Of this device, until staff have seen them. */
export function OddAdmissions({ admissions, forget, timeZone }: OddAdmissionsProps) {
  const { text } = useLocale();
  const { checkIn: words } = useWords();
  const placeWords = usePlaceWords(timeZone);
  if (admissions.length === 0) return null;
  return (
    <section className={styles.odd} aria-labelledby="odd">
      <h2 id="odd">{words.odd(admissions.length)}</h2>
      <p>{words.oddLead}</p>
      <ul className={rows.rows}>
        {admissions.map(({ nonce, seat, at, door, result = 'unknown', first }) => (
          <li key={nonce} data-odd={result}>
            <p className={rows.name}>
              {words.whyOdd[result]}
              {result !== 'unknown' && <bdi>{text.map.seatAt(seat.section, seat.row, seat.number)}</bdi>}
            </p>
            <p>{words.oddHere(placeWords({ at: new Date(at).toISOString(), door }, false))}</p>
            {first && <p>{words.oddFirst(placeWords(first, false))}</p>}
            <div className={rows.actions}>
              <Button look="quiet" onClick={() => void forget(nonce)}>
                {words.oddSeen}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

type DoublesProps = { eventId: number; count: number; timeZone: string };

/** Of all doors of the event, as the server lists them. */
export function Doubles({ eventId, count, timeZone }: DoublesProps) {
  const { text, format } = useLocale();
  const { checkIn: words } = useWords();
  const placeWords = usePlaceWords(timeZone);
  const [isOpen, setOpen] = useState(false);
  const { data } = useQuery({ ...doublesQuery(eventId), enabled: isOpen && count > 0 });
  if (count === 0) return null;
  return (
    <details className={styles.more} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.doubles(format.number(count))}</summary>
      <ul className={rows.rows}>
        {data?.map(({ orderId, seat, why, at, door, device, first }) => (
          <li key={`${orderId} ${seat.id} ${device} ${at}`}>
            <p className={rows.name}>
              {words.whyOdd[why]}
              <bdi>{text.map.seatAt(seat.section, seat.row, seat.number)}</bdi>
            </p>
            <p className={rows.soft}>{words.oddHere(placeWords({ at, door }, false))}</p>
            {first && <p className={rows.soft}>{words.oddFirst(placeWords(first, false))}</p>}
          </li>
        ))}
      </ul>
    </details>
  );
}

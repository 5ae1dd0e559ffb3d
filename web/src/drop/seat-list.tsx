import type { Section } from '@seatdrop/shared/inventory/layout.ts';
import { useLocale } from '../i18n/locale.tsx';
import { groupSeats } from '../seats/seat-groups.ts';
import styles from './counter.module.css';

/** Seats by name, one line for each row. */
export function SeatList({ seats, sections }: { seats: readonly string[]; sections: readonly Section[] }) {
  const { text, format } = useLocale();
  return (
    <ul className={styles.seats} aria-label={text.held.seatsTitle}>
      {groupSeats(seats, sections).map(({ section, row, numbers }) => {
        const named = format.list(numbers.map(String));
        return (
          <li key={`${section} ${row}`}>
            <span>
              <bdi>{section}</bdi> · {text.held.row(row)}
            </span>
            <strong>
              {numbers.length === 1 ? text.held.seatNumber(named) : text.held.seatNumbers(named)}
            </strong>
          </li>
        );
      })}
    </ul>
  );
}

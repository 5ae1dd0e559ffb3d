import type { Section } from '@seatdrop/shared/inventory/layout.ts';
import { useLocale } from '../i18n/locale.tsx';
import { countSeats } from './count-seats.ts';
import styles from './seat-map.module.css';

/** The content of the map in numbers: for those who cannot see the map, and for an overview. */
export function SeatTable({ sections, rows }: { sections: readonly Section[]; rows: readonly string[] }) {
  const { text, format } = useLocale();
  let at = 0;
  const figures = sections.map((section) => {
    const own = rows.slice(at, at + section.rows);
    at += section.rows;
    return { name: section.name, rows: section.rows, ...countSeats(own) };
  });
  return (
    <details className={styles.numbers}>
      <summary>{text.map.inNumbers}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.map.section}</th>
            <th scope="col">{text.map.rows}</th>
            <th scope="col">{text.map.free}</th>
            <th scope="col">{text.map.held}</th>
            <th scope="col">{text.map.sold}</th>
          </tr>
        </thead>
        <tbody>
          {figures.map((section, index) => (
            // Two sections can have the same name while one is being typed.
            // eslint-disable-next-line react/no-array-index-key -- their order does not change
            <tr key={index}>
              <th scope="row" dir="auto">
                {section.name}
              </th>
              <td>{format.number(section.rows)}</td>
              <td>{format.number(section.free)}</td>
              <td>{format.number(section.held)}</td>
              <td>{format.number(section.sold)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

import type { Order } from '../api/types.ts';
import choices from '../design/choices.module.css';
import { useLocale } from '../i18n/locale.tsx';

type SeatBoxesProps = {
  legend: string;
  seats: readonly Pick<Order['seats'][number], 'id' | 'section' | 'row' | 'number'>[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
};

/** Some seats of an order, as checkboxes. */
export function SeatBoxes({ legend, seats, chosen, onChange }: SeatBoxesProps) {
  const { text } = useLocale();
  return (
    <fieldset>
      <legend className={choices.legend}>{legend}</legend>
      <div className={choices.choices}>
        {seats.map(({ id, section, row, number }) => (
          <label key={id} className={choices.choice}>
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, id] : chosen.filter((seat) => seat !== id))
              }
            />
            <span className={choices.text} dir="auto">
              {text.map.seatAt(section, row, number)}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

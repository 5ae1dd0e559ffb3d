import { memo } from 'react';
import { stateOf } from './count-seats.ts';
import { seatPoint, type Plan, type PlanRow as Row } from './geometry.ts';
import styles from './seat-map.module.css';

type PlanRowProps = {
  plan: Plan;
  row: Row;
  /** One character a seat; undefined while the server does not tell. */
  seats: string | undefined;
};

/**
 * One row, as one path for each state, whose seats are dots. So 10,000 seats are a few hundred elements, and
 * only rows that change are rendered again. States differ in size and shape as well as in colour.
 */
export const PlanRow = memo(function PlanRow({ plan, row, seats }: PlanRowProps) {
  const paths = { free: '', held: '', sold: '', unknown: '' };
  for (let number = 1; number <= row.seats; number += 1) {
    const { x, y } = seatPoint(plan, row, number);
    paths[stateOf(seats?.[number - 1])] += `M${x} ${y.toFixed(1)}h0`;
  }
  const start = seatPoint(plan, row, 1);
  return (
    <>
      <text x={start.x - 7} y={start.y + 1.8} className={styles.rowName}>
        {row.label}
      </text>
      {paths.free && <path className={styles.free} d={paths.free} />}
      {paths.unknown && <path className={styles.unknown} d={paths.unknown} />}
      {paths.sold && <path className={styles.sold} d={paths.sold} />}
      {paths.held && (
        <>
          <path className={styles.held} d={paths.held} />
          <path className={styles.hole} d={paths.held} />
        </>
      )}
    </>
  );
});
